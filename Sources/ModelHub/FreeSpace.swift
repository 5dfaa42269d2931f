import Foundation
import Glibc
import StageKit

/// Room on a disk.
enum FreeSpace {
    /// - Throws: `Failure` 74 when less than `needed` bytes are free where a folder is; nothing where that isn't known.
    static func check(_ folder: URL, needed: Int) throws(Failure) {
        var facts = statvfs()
        guard needed > 0, statvfs(folder.path, &facts) == 0 else { return }
        let (free, overflow) = Int(clamping: facts.f_bavail).multipliedReportingOverflow(by: Int(facts.f_frsize))
        guard !overflow, free < needed else { return }
        throw Failure(
            .io, "\(ByteText(needed)) are to come and \(ByteText(free)) are free", at: folder.path,
            remedy: "Free some space, or give a folder on another disk with --to.")
    }
}
