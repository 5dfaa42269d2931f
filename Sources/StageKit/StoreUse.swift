import Foundation
import Glibc

/// The right to build in a store, which many runs have at once, or to remove what none of them uses.
///
/// It is the kernel's lock on the store's folder, which ends with its holder. If the file system has no locks, nothing
/// is held.
package final class StoreUse: Sendable {
    private let open: OpenFile

    /// - Throws: `Failure` 75 while another process removes results; 73 or 74 if the folder can't be made or opened.
    package static func building(in store: ArtifactStore) throws(Failure) -> StoreUse {
        try DurableFile.makeFolder(store.root)
        return try StoreUse(
            store, LOCK_SH, "another process removes results that no run uses",
            remedy: "Run the same command again in a moment.")
    }

    /// - Throws: `Failure` 75 while another process builds in the store; 66 or 74 if its folder can't be opened.
    package static func cleaning(_ store: ArtifactStore) throws(Failure) -> StoreUse {
        try StoreUse(
            store, LOCK_EX, "a run is under way in it",
            remedy: "Clean when it has ended; --dry-run says now what would be removed.")
    }

    private init(_ store: ArtifactStore, _ kind: Int32, _ why: String, remedy: String) throws(Failure) {
        open = try DurableFile.open(store.root, O_RDONLY | O_DIRECTORY)
        let number = open.number
        if SystemCall.retrying({ flock(number, kind | LOCK_NB) }) != 0, errno == EWOULDBLOCK {
            throw Failure(.busy, why, at: store.root.path, remedy: remedy)
        }
    }

    package func release() {
        // Unlocked explicitly, because a child that is being started may hold the descriptor for a moment longer.
        flock(open.number, LOCK_UN)
    }
}
