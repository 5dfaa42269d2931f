import AnomalyDatasets
import Archives
package import Foundation
import ParameterKit
package import StageKit

/// Pictures and masks that were made elsewhere, in a folder or an archive, with a digest of every file that is used.
package struct ExternalSet {
    package let path: URL
    /// The path as the manifest has it, for messages and cards.
    package let written: String
    private let pictures: ExternalPictures
    private let digests: Digests

    /// The source of files' digests; for an archive one pass gives all of them.
    private enum Digests {
        case folder(DigestCache)
        case archive([String: String])
    }

    /// Reads names, and an archive's contents once: the result is kept in the store's cache.
    ///
    /// - Throws: `Failure` 66 when nothing stands there; `ArchiveError` for links, unsafe names and damaged archives.
    package init(_ path: URL, written: String, store: ArtifactStore, digests: DigestCache) throws {
        (self.path, self.written) = (path, written)
        guard let isFolder = try DurableFile.isFolder(path) else {
            throw Failure(
                .inputMissing, "no such folder or archive", at: written,
                remedy: "Set generation.external.path; relative paths are relative to the manifest.")
        }
        let names: [String]
        if isFolder {
            let reader = try FolderReader(path: path.path, limits: .published)
            names = try reader.names()
            self.digests = .folder(digests)
        } else {
            let known = try Self.contents(path, store: store, sha256: try digests.sha256(path))
            names = known.keys.sorted()
            self.digests = .archive(known)
        }
        pictures = ExternalPictures(names: names, source: LayoutDetector.sourceName(of: path.path))
        guard !pictures.categories.isEmpty else {
            throw Failure(
                .badData, "holds no pictures with masks", at: written,
                remedy: "Read are <category>/<anomaly>/image/0.jpg with <category>/<anomaly>/mask/0.jpg, and "
                    + "<category>/test/<anomaly>/000.png with <category>/ground_truth/<anomaly>/000_mask.png.")
        }
    }

    /// One category's pictures.
    ///
    /// - Throws: `Failure` 65 when the category is missing, or naming the file that `ExternalPictures.pictures(of:)`
    ///   refuses.
    package func category(_ name: String) throws -> ExternalCategory {
        let listed: [ExternalPicture]?
        do throws(DatasetError) {
            listed = try pictures.pictures(of: name)
        } catch {
            throw Failure(.badData, error.message, at: "\(written)/\(error.place)")
        }
        guard let found = listed else {
            throw Failure(
                .badData, "holds no pictures of \(name); it has \(pictures.categories.joined(separator: ", "))",
                at: written,
                remedy: "Ask for these categories alone (dataset.categories), or name another set.")
        }
        let sums = try Dictionary(found.flatMap(\.files).map { ($0, try sha256(of: $0)) }) { first, _ in first }
        return ExternalCategory(path: path, written: written, pictures: found, digests: sums)
    }

    private func sha256(of name: String) throws -> String {
        switch digests {
        case .folder(let cache): try cache.sha256(path.appendingPathComponent(name))
        case .archive(let known): known[name] ?? ""
        }
    }

    /// Name → SHA-256 of everything in an archive, kept under the archive's own SHA-256.
    private static func contents(_ path: URL, store: ArtifactStore, sha256: String) throws -> [String: String] {
        let file = store.cache.appendingPathComponent("external/\(sha256).json")
        if let known = SealedRecord.read(file)?.object?.compactMapValues(\.string) { return known }
        let reader = try openFileSource(path.path, limits: .published)
        var found: [String: String] = [:]
        while let entry = try reader.next() { found[entry.name] = Digest.sha256(Data(try reader.contents())) }
        try SealedRecord.write(.object(found.mapValues { .string($0) }), to: file)
        return found
    }
}

extension FileSource {
    /// The names of all files that follow.
    fileprivate func names() throws(ArchiveError) -> [String] {
        var names: [String] = []
        while let entry = try next() { names.append(entry.name) }
        return names
    }
}
