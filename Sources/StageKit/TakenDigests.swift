import Synchronization

/// SHA-256 of files of an object that a job took from the bytes as it wrote or read them, so that they need not be read
/// once more when the object is finished.
package final class TakenDigests: Sendable {
    private let digests = Mutex<[String: String]>([:])

    package init() {}

    /// - Parameter path: below `data/`.
    package func note(_ path: String, sha256: String) { digests.withLock { $0[path] = sha256 } }

    subscript(path: String) -> String? { digests.withLock { $0[path] } }
}
