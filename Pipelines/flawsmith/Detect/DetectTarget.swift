import AnomalyDatasets
import Foundation
import StageKit

/// The pictures that a user names: files, and folders with all that lies in them.
struct DetectTarget {
    struct Picture {
        /// As messages and results have it.
        let path: String
        /// Of what is written for it, without an ending; no two are alike.
        let name: String
    }

    let pictures: [Picture]
    /// Files of folders that are no pictures, by their endings.
    let passedOver: Int

    /// - Throws: `Failure` 66 for a folder without pictures, 74 for one that can't be read. A file that isn't there is
    ///   found when it is read.
    init(_ arguments: [String]) throws {
        var (pictures, passedOver): ([Picture], Int) = ([], 0)
        var taken: Set<String> = []
        func add(_ path: String, _ name: String) {
            var (own, number) = (name, 2)
            while !taken.insert(own).inserted {
                own = "\(name)-\(number)"
                number += 1
            }
            pictures.append(Picture(path: path, name: own))
        }
        for argument in arguments {
            let url = URL(fileURLWithPath: argument)
            guard try DurableFile.isFolder(url) == true else {
                add(argument, Self.stem(url.lastPathComponent))
                continue
            }
            // Links to pictures are pictures.
            let files = try FileManager.default.subpathsOfDirectory(atPath: url.path).filter { file in
                try !file.split(separator: "/").contains { $0.hasPrefix(".") }
                    && DurableFile.isFolder(url.appendingPathComponent(file)) != true
            }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            let found = files.filter { file in
                file.split(separator: ".").last.map { DatasetLayout.pictureEndings.contains($0.lowercased()) } ?? false
            }
            guard !found.isEmpty else {
                throw Failure(
                    .inputMissing, "no pictures in the folder", at: argument,
                    remedy: "Pictures end in \(DatasetLayout.pictureEndings.joined(separator: ", ")).")
            }
            passedOver += files.count - found.count
            let folder = argument.hasSuffix("/") ? String(argument.dropLast()) : argument
            for file in found { add("\(folder)/\(file)", Self.stem(file)) }
        }
        (self.pictures, self.passedOver) = (pictures, passedOver)
    }

    /// Without the ending of a picture.
    private static func stem(_ file: String) -> String {
        guard let dot = file.lastIndex(of: "."), !file[dot...].contains("/"), dot > file.startIndex else { return file }
        return String(file[..<dot])
    }
}
