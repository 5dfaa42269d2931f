import Foundation
import Glibc

/// The right to read an object's files, or to make them again. Many jobs of many processes may read an object at once;
/// while one does, nobody moves the files away that it reads.
///
/// It is the kernel's lock on the object's folder, which ends with its holder. If the file system has no locks, nothing
/// is held, and a reader whose files are moved away fails with a message.
final class ObjectUse: Sendable {
    private let open: OpenFile

    private init(_ open: OpenFile) { self.open = open }

    /// - Throws: `Failure` 75 while another process makes the object again; 66 or 74 if its folder can't be opened.
    static func reading(_ object: StoredObject) throws(Failure) -> ObjectUse {
        try ObjectUse(object, LOCK_SH, "another process makes it again")
    }

    /// - Throws: `Failure` 75 while another process reads the object or makes it; 66 or 74 if its folder can't be
    ///   opened.
    static func making(_ object: StoredObject) throws(Failure) -> ObjectUse {
        try ObjectUse(object, LOCK_EX, "another process reads it")
    }

    private convenience init(_ object: StoredObject, _ kind: Int32, _ why: String) throws(Failure) {
        let open = try DurableFile.open(object.folder, O_RDONLY | O_DIRECTORY)
        if SystemCall.retrying({ flock(open.number, kind | LOCK_NB) }) != 0, errno == EWOULDBLOCK {
            throw Failure(
                .busy, why, at: object.folder.path,
                remedy: "Wait for it to end and run the same command again, or have it wait with --wait SECONDS.")
        }
        self.init(open)
    }

    func release() {
        // Unlocked explicitly, because a child that is being started may hold the descriptor for a moment longer.
        flock(open.number, LOCK_UN)
    }
}
