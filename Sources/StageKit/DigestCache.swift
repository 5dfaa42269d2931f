import CLinux
import Dispatch
package import Foundation
import Glibc
import ParameterKit
import Synchronization

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

    /// The digest of a file that `work` reads meanwhile: where it isn't known yet, another thread takes it.
    ///
    /// - Parameter work: what is done meanwhile; it may ask for the digest, which is nil until it is known. It isn't called
    ///   where the digest is known from before.
    /// - Returns: nil for what `work` found if the file changed meanwhile, or if `work` wasn't called.
    /// - Throws: as ``sha256(_:)``, and what `work` throws.
    package func sha256<Found>(
        _ url: URL, beside work: (_ digest: () -> String?) throws -> Found
    ) throws -> (sha256: String, found: Found?) {
        let face = try FileFace(url)
        guard known[face.description] == nil else { return (try sha256(url), nil) }
        let hashing = Hashing(url)
        let found = Result { try work { hashing.digest } }
        let digest = try hashing.wait()
        guard try FileFace(url) == face else { return (try sha256(url), nil) }
        remember(digest, face)
        OutsideFiles.remember(digest, files: [(url, face, digest)], for: store)
        return (digest, try found.get())
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
            if let digest = known[face.description] { return (digest, face) }
            let digest = try Digest.sha256(file: url)
            // A file that changed while it was read has no digest yet.
            guard try FileFace(url) == face else { continue }
            remember(digest, face)
            return (digest, face)
        }
        throw Failure(
            .badData, "changes while it is read", at: url.path, remedy: "Wait until it is written whole, and run again."
        )
    }

    private func remember(_ digest: String, _ face: FileFace) {
        let key = face.description
        known[key] = digest
        try? DurableFile.makeFolder(file.deletingLastPathComponent())
        JSONLines.append(
            ["key": .string(key), "sha256": .string(digest), "check": .string(Self.check(key, digest))], to: file)
    }

    /// A checksum, so that a changed line isn't taken for a digest.
    private static func check(_ key: String, _ digest: String) -> String {
        String(Digest.sha256("\(key) \(digest)").prefix(16))
    }
}

/// A file's digest, taken on a thread of its own.
private final class Hashing: Sendable {
    private let result = Mutex<Result<String, Failure>?>(nil)
    private let group = DispatchGroup()

    init(_ url: URL) {
        group.enter()
        Thread.detachNewThread { [self] in
            _ = clinux_yield_to_others()
            let taken = Result { () throws(Failure) in try Digest.sha256(file: url) }
            result.withLock { $0 = taken }
            group.leave()
        }
    }

    /// nil until it is known, and where the file can't be read.
    var digest: String? { try? result.withLock { $0 }?.get() }

    func wait() throws(Failure) -> String {
        group.wait()
        guard let taken = result.withLock({ $0 }) else { throw Failure(.io, "a digest was not taken") }
        return try taken.get()
    }
}
