import Foundation
import Glibc

/// Makes files outlast a power cut.
enum FolderSync {
    /// Syncs the folder and every file and folder below it.
    static func sync(_ folder: URL) throws {
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
            try flush(folder.appendingPathComponent(name).path)
        }
        try flush(folder.path)
    }

    /// Syncs the names in the folder, e.g. after a rename.
    static func sync(entriesOf folder: URL) throws { try flush(folder.path) }

    private static func flush(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    }
}
