package import Foundation
import Glibc
import ParameterKit

/// SHA-256 of outside files, remembered under device, inode, size, modification and change time, so that a rerun over a
/// 5 GB archive is instant. May be deleted at any time; `flawsmith verify` rehashes.
package final class DigestCache {
    private let file: URL
    private var known: [String: String] = [:]

    package init(store: ArtifactStore) {
        file = store.cache.appendingPathComponent("digests.jsonl")
        guard let data = try? DurableFile.read(file) else { return }
        for line in String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline) {
            // A torn last line is simply not known.
            guard let entry = try? JSONValue(parsing: Data(line.utf8)), let key = entry["key"]?.string,
                let digest = entry["sha256"]?.string, digest.count == 64
            else { continue }
            known[key] = digest
        }
    }

    /// - Throws: `Failure` 66 when the file is absent.
    package func sha256(_ url: URL) throws(Failure) -> String {
        let key = try Self.key(url)
        if let digest = known[key] { return digest }
        let digest = try Digest.sha256(file: url)
        // A file that changed while it was read must not be remembered under its new face.
        if try Self.key(url) == key {
            known[key] = digest
            try? DurableFile.makeFolder(file.deletingLastPathComponent())
            JSONLines.append(["key": .string(key), "sha256": .string(digest)], to: file)
        }
        return digest
    }

    /// One digest for a folder: over the sorted relative paths and digests of the files that `include` takes.
    package func sha256(folder: URL, include: (String) -> Bool = { _ in true }) throws(Failure) -> String {
        var listing = ""
        for path in try StoredObject.files(under: folder) where include(path) {
            listing += "\(try sha256(folder.appendingPathComponent(path)))  \(path)\n"
        }
        return Digest.sha256(listing)
    }

    private static func key(_ url: URL) throws(Failure) -> String {
        var info = stat()
        guard stat(url.path, &info) == 0 else { throw Failure(.inputMissing, "no such file", at: url.path) }
        let modified = "\(info.st_mtim.tv_sec).\(info.st_mtim.tv_nsec)"
        let changed = "\(info.st_ctim.tv_sec).\(info.st_ctim.tv_nsec)"
        return "\(info.st_dev):\(info.st_ino):\(info.st_size):\(modified):\(changed)"
    }
}
