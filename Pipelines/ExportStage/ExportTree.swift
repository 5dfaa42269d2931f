import AnomalyDatasets
import ExportLayouts
import Foundation
import MethodKit
import StageKit

/// The files of an export: their paths below its folder, each with a function that gives its bytes. One file is in
/// memory at a time.
///
/// The layout says where pictures and labels go; the card, the manifest and the digests stand beside them.
struct ExportTree {
    /// What the user should know: what was left out or held back.
    let notes: [String]
    private var files: [ExportFile]
    private let root: String

    /// - Throws: `Failure` 65 for damaged pictures and for categories that would share a folder.
    init(_ inputs: ExportInputs, parameters: ExportStage.Parameters) throws {
        root = parameters.root
        let layout = type(of: parameters.layout)
        try Self.checkFolders(of: parameters.categories, layout.folder)
        let contents = try parameters.categories.map {
            try ExportedCategory(
                inputs, name: $0, rule: layout.split, wishes: parameters.wishes, strip: parameters.strip)
        }
        let set = ExportSet(
            categories: contents.map { .init(name: $0.name, pictures: $0.pictures, folder: layout.folder) },
            isDrawnOnNormals: parameters.generator.source == nil)
        files = try parameters.layout.files(of: set)
        let card = DatasetCard(parameters: parameters, categories: contents, set: set)
        notes = card.notes
        let (text, manifest) = (card.text, parameters.manifest)
        files.append(ExportFile("README.md") { Data(text.utf8) })
        files.append(ExportFile("manifest.yaml") { Data(manifest.utf8) })
        files.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        for (one, next) in zip(files, files.dropFirst()) where one.path == next.path {
            throw Failure(.internalError, "the layout \(layout.name) has two files for \(one.path)")
        }
    }

    /// Two passes: digests for `SHA256SUMS`, then the files in the order of their names.
    ///
    /// - Parameter scratch: an existing folder for files that don't fit in memory.
    func write(to sink: any ExportSink, scratch: URL, progress: (Int, Int) -> Void) throws {
        let total = 2 * files.count
        var done = 0
        var sums = ""
        var aside: [String: URL] = [:]
        for file in files {
            switch file.content {
            case .bytes(let bytes): sums += "\(Digest.sha256(try bytes()))  \(file.path)\n"
            case .written(let write):
                let url = scratch.appendingPathComponent("file-\(aside.count)")
                try write(url)
                aside[file.path] = url
                sums += "\(try Digest.sha256(file: url))  \(file.path)\n"
            }
            done += 1
            progress(done, total)
        }
        let digests = Data(sums.utf8)
        let last = ExportFile("SHA256SUMS") { digests }
        for (path, file) in entries(files + [last]) {
            guard let file else {
                try sink.addFolder(path)
                continue
            }
            switch file.content {
            case .bytes(let bytes): try sink.addFile(path, try bytes())
            case .written:
                if let url = aside[file.path] {
                    try sink.addFile(path, contentsOf: url)
                    try DurableFile.remove(url)
                }
            }
            done += 1
            progress(min(done, total), total)
        }
        try sink.finish()
    }

    /// Files and the folders that hold them, by ascending paths below the root; folders have no file.
    private func entries(_ files: [ExportFile]) -> [(path: String, file: ExportFile?)] {
        var folders: Set<String> = [root]
        for file in files {
            var path = Substring(file.path)
            while let slash = path.lastIndex(of: "/") {
                path = path[..<slash]
                // Its own parents are known as well.
                if !folders.insert("\(root)/\(path)").inserted { break }
            }
        }
        let entries =
            files.map { (path: "\(root)/\($0.path)", file: Optional($0)) }
            + folders.map { (path: $0, file: nil as ExportFile?) }
        return entries.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    /// Names become plain ASCII in a tree; two categories must not end in one folder, nor in two that differ only in
    /// case.
    private static func checkFolders(of categories: [String], _ folder: (String) -> String) throws(Failure) {
        var taken: [String: String] = [:]
        for category in categories {
            let name = folder(category)
            if let other = taken.updateValue(category, forKey: name.lowercased()), other != category {
                throw Failure(
                    .badData, "the categories \(other) and \(category) would both be exported as \(name)",
                    remedy: "Rename one of them, or export them with two manifests.")
            }
        }
    }
}
