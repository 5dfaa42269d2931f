package import Foundation
import Glibc
package import ParameterKit
import Synchronization

/// A file's metadata, which changes whenever the file's bytes do.
package struct FileFace: Sendable, Hashable, CustomStringConvertible {
    private let device: UInt64
    private let inode: UInt64
    private let size: Int64
    private let modified: Int
    private let modifiedNanoseconds: Int
    private let changed: Int
    private let changedNanoseconds: Int

    /// - Throws: `Failure` 66 when the file is absent, 74 when it can't be looked at.
    package init(_ url: URL) throws(Failure) {
        guard let facts = try DurableFile.facts(url) else {
            throw Failure(.inputMissing, "no such file", at: url.path)
        }
        (device, inode, size) = (UInt64(facts.st_dev), UInt64(facts.st_ino), Int64(facts.st_size))
        (modified, modifiedNanoseconds) = (facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec)
        (changed, changedNanoseconds) = (facts.st_ctim.tv_sec, facts.st_ctim.tv_nsec)
    }

    package var description: String {
        "\(device):\(inode):\(size):\(modified).\(modifiedNanoseconds):\(changed).\(changedNanoseconds)"
    }
}

/// The outside files that this process has taken digests of, and their metadata at that time.
///
/// A digest is taken when a run is planned, but the bytes may be read hours later. Every result names in its identity
/// or record the digests it was built from; before it counts as finished, the files of those digests are checked again.
package enum OutsideFiles {
    private struct Seen {
        var face: FileFace
        let sha256: String
    }

    /// A digest taken for a store.
    private struct Key: Hashable {
        let store: String
        let digest: String
    }

    /// Digest of a file, or of a list of files → path → the file as it was.
    private static let seen = Mutex<[Key: [String: Seen]]>([:])

    static func remember(
        _ digest: String, files: [(url: URL, face: FileFace, sha256: String)], for store: ArtifactStore
    ) {
        let known = Dictionary(files.map { ($0.url.path, Seen(face: $0.face, sha256: $0.sha256)) }) { _, last in last }
        seen.withLock { $0[Key(store: store.root.path, digest: digest), default: [:]].merge(known) { _, last in last } }
    }

    /// Checks the files of every digest that occurs anywhere in `value` again.
    ///
    /// - Parameter store: the root of the store that the digests were taken for.
    /// - Throws: `Failure` 65 naming a file that has other bytes by now or is gone, 74 for one that can't be read.
    package static func check(namedIn value: JSONValue, store: URL) throws(Failure) {
        switch value {
        case .string(let text): if text.utf8.count == 64 { try check(text, store: store) }
        case .array(let items): for item in items { try check(namedIn: item, store: store) }
        case .object(let members): for member in members.values { try check(namedIn: member, store: store) }
        default: break
        }
    }

    /// The same for one digest; digests that weren't taken from outside files are accepted.
    package static func check(_ digest: String, store: URL) throws(Failure) {
        let key = Key(store: store.path, digest: digest)
        guard let files = seen.withLock({ $0[key] }) else { return }
        for (path, known) in files {
            let url = URL(fileURLWithPath: path)
            guard try DurableFile.exists(url) else { throw changed(path, "is gone, or stands elsewhere,") }
            let face = try FileFace(url)
            if face == known.face { continue }
            // The file may only have been touched, linked or moved; its bytes decide.
            guard try Digest.sha256(file: url) == known.sha256 else { throw changed(path, "is another file") }
            seen.withLock { $0[key]?[path]?.face = face }
        }
    }

    private static func changed(_ path: String, _ what: String) -> Failure {
        Failure(
            .badData, "\(what) than when the run began: what was being made of it was not kept",
            at: path, remedy: "Leave it alone while a run is under way, and run the same command again.")
    }
}
