package import Foundation
import Glibc
import ParameterKit

/// SHA-256 of outside files, remembered under device, inode, size, modification and change time, so that a rerun over a
/// 5 GB archive is instant. May be deleted at any time; `flawsmith verify` rehashes.
///
/// Files whose digests were taken here are checked again before results made from them count as finished
/// (``OutsideFiles``).
package final class DigestCache {
    private let file: URL
    private let store: ArtifactStore
    private var known: [String: String] = [:]

    package init(store: ArtifactStore) {
        self.store = store
        file = store.cache.child("digests.jsonl")
        guard let data = try? DurableFile.read(file) else { return }
        for line in String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline) {
            // An incomplete or changed line is ignored.
            guard let entry = try? JSONValue(parsing: Data(line.utf8)), let key = entry["key"]?.string,
                let digest = entry["sha256"]?.string, digest.count == 64,
                entry["check"]?.string == Self.check(key, digest)
            else { continue }
            known[key] = digest
        }
    }

    /// - Throws: `Failure` 66 when the file is absent, 74 when it can't be read, 65 when it keeps changing.
    package func sha256(_ url: URL) throws(Failure) -> String {
        let (digest, face) = try take(url)
        OutsideFiles.remember(digest, files: [(url, face, digest)], for: store)
        return digest
    }

    /// One digest for a folder: over the sorted relative paths and digests of the files that `include` takes.
    package func sha256(folder: URL, include: (String) -> Bool = { _ in true }) throws(Failure) -> String {
        try sha256(folder: folder, paths: try StoredObject.files(under: folder).filter(include))
    }

    /// One digest for some files of a folder: over their digests and relative paths, in the given order.
    package func sha256(folder: URL, paths: [String]) throws(Failure) -> String {
        var listing = ""
        var files: [(url: URL, face: FileFace, sha256: String)] = []
        for path in paths {
            let url = folder.child(path)
            let (digest, face) = try take(url)
            listing += "\(digest)  \(path)\n"
            files.append((url, face, digest))
        }
        let digest = Digest.sha256(listing)
        OutsideFiles.remember(digest, files: files, for: store)
        return digest
    }

    private func take(_ url: URL) throws(Failure) -> (digest: String, face: FileFace) {
        for _ in 0..<3 {
            let face = try FileFace(url)
            let key = face.description
            if let digest = known[key] { return (digest, face) }
            let digest = try Digest.sha256(file: url)
            // A file that changed while it was read has no digest yet.
            guard try FileFace(url) == face else { continue }
            known[key] = digest
            try? DurableFile.makeFolder(file.deletingLastPathComponent())
            JSONLines.append(
                ["key": .string(key), "sha256": .string(digest), "check": .string(Self.check(key, digest))], to: file)
            return (digest, face)
        }
        throw Failure(
            .badData, "changes while it is read", at: url.path, remedy: "Wait until it is written whole, and run again."
        )
    }

    /// A checksum, so that a changed line isn't taken for a digest.
    private static func check(_ key: String, _ digest: String) -> String {
        String(Digest.sha256("\(key) \(digest)").prefix(16))
    }
}
