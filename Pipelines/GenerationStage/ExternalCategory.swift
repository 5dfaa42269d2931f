package import AnomalyDatasets
import Archives
package import Foundation
import ParameterKit
import StageKit

/// The pictures of one category that were made elsewhere.
package struct ExternalCategory: Sendable {
    /// The folder or archive.
    package let path: URL
    /// The path as the manifest has it.
    package let written: String
    /// Ascending by path.
    package let pictures: [ExternalPicture]
    /// Path in the set → SHA-256, of every picture, mask and soft label.
    let digests: [String: String]

    /// SHA-256 over the sorted digests and paths of all its files.
    var digest: String {
        Digest.sha256(digests.sorted { $0.key < $1.key }.map { "\($0.value)  \($0.key)\n" }.joined())
    }

    func sha256(_ name: String) -> String { digests[name] ?? "" }

    /// The first `count` pictures in an order that depends on the seed: the anomalies take turns in the order of their
    /// names, each with its pictures in the order of their unit seeds. So a smaller choice is the beginning of a larger
    /// one, and if an anomaly has too few pictures, the others make up for it.
    func chosen(_ count: Int, seed: UInt32, category: String) -> [ExternalPicture] {
        let ranked = pictures.map { (picture: $0, seed: unitSeed($0, seed: seed, category: category)) }
            .sorted { ($0.seed, $0.picture.image) < ($1.seed, $1.picture.image) }.map(\.picture)
        var queues = Dictionary(grouping: ranked, by: \.anomaly).sorted { $0.key < $1.key }.map { ArraySlice($0.value) }
        var taken: [ExternalPicture] = []
        while taken.count < count, queues.contains(where: { !$0.isEmpty }) {
            for index in queues.indices where taken.count < count {
                if let next = queues[index].popFirst() { taken.append(next) }
            }
        }
        return taken
    }

    /// As for generated pictures, with the picture itself in place of source, prompt and index.
    private func unitSeed(_ picture: ExternalPicture, seed: UInt32, category: String) -> UInt32 {
        let name: JSONValue = [
            .int(Int(seed)), .string(category), .string(sha256(picture.image)), .string(picture.image),
        ]
        return Digest.seed(name.canonicalText)
    }

    /// The bytes of some files, each checked against its digest when it is asked for. An archive is read once, into
    /// `scratch`.
    ///
    /// - Throws: `ArchiveError` for a damaged archive; the result throws `Failure` for a file that is gone or has
    ///   changed.
    func reader(of names: Set<String>, scratch: URL) throws -> (String) throws -> [UInt8] {
        let isFolder = try DurableFile.isFolder(path) ?? false
        if !isFolder {
            let archive = try openFileSource(path.path, limits: .published)
            while let entry = try archive.next() {
                guard names.contains(entry.name) else { continue }
                try DurableFile.write(
                    Data(try archive.contents()), to: scratch.appendingPathComponent(sha256(entry.name)))
            }
        }
        return { name in
            let digest = sha256(name)
            let file = isFolder ? path.appendingPathComponent(name) : scratch.appendingPathComponent(digest)
            let bytes = try DurableFile.read(file)
            guard Digest.sha256(bytes) == digest else { throw Failure.changed("\(written)/\(name)") }
            return [UInt8](bytes)
        }
    }
}
