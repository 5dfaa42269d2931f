package import Foundation
import Glibc

/// How much room a disk has.
package struct DiskSpace: Sendable, Equatable {
    /// Bytes that this user may still write.
    package var free: Int
    package var total: Int

    package init(free: Int, total: Int) { (self.free, self.total) = (free, total) }

    /// Of the disk that a folder lies on, or would lie on once it is made.
    ///
    /// - Throws: `Failure` 74 when the disk can't be asked.
    package init(at folder: URL) throws(Failure) {
        var place = folder.standardizedFileURL
        while !FileManager.default.fileExists(atPath: place.path), place.path != "/" {
            place = place.deletingLastPathComponent()
        }
        var facts = statvfs()
        guard SystemCall.retrying({ statvfs(place.path, &facts) }) == 0 else {
            throw DurableFile.failure("its disk can't be asked how much is free", place)
        }
        let block = Int(facts.f_frsize)
        (free, total) = (Int(facts.f_bavail) * block, Int(facts.f_blocks) * block)
    }

    /// What is to be said of a run that writes about so many bytes.
    package enum Verdict: Sendable, Equatable { case enough, tight, short }

    /// - Parameter needed: an estimate that may be a third off either way: half of it is surely needed.
    package func verdict(needed: Double) -> Verdict {
        if Double(free) < needed / 2 { return .short }
        return Double(free) < needed * 4 / 3 ? .tight : .enough
    }

    /// "3.2 GB"
    package static func text(_ bytes: Double) -> String {
        for (unit, size) in [("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)] where bytes >= size {
            let amount = bytes / size
            return amount < 10 ? "\((amount * 10).rounded() / 10) \(unit)" : "\(Int(amount.rounded())) \(unit)"
        }
        return "\(Int(bytes)) B"
    }
}
