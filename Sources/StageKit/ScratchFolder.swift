import CLinux
package import Foundation
import Glibc

/// A scratch folder of one process. It is kept while that process lives, and a later process removes it after that.
package final class ScratchFolder: Sendable {
    package let url: URL
    private let open: OpenFile

    /// Removes folders with this prefix in `parent` whose processes are gone, and makes a new one.
    ///
    /// - Parameter prefix: start of the name; the process's number and a random number follow.
    /// - Throws: `Failure` 73 or 74.
    package init(in parent: URL, prefix: String) throws(Failure) {
        Self.sweep(parent, prefix: prefix)
        while true {
            let random = String(UInt32.random(in: .min ... .max), radix: 36)
            let url = parent.child("\(prefix)\(getpid())-\(random)")
            try DurableFile.makeFolder(url)
            // Between the calls it is not locked, so it may have been removed.
            guard let open = try Self.open(url) else { continue }
            let hasLocks = open.claim() != .unsupported, isThere = try DurableFile.exists(url)
            if hasLocks, !isThere { continue }
            (self.url, self.open) = (url, open)
            return
        }
    }

    private static func open(_ url: URL) throws(Failure) -> OpenFile? {
        do throws(Failure) {
            return try DurableFile.open(url, O_RDONLY | O_DIRECTORY)
        } catch {
            if error.status == .inputMissing { return nil }
            throw error
        }
    }

    package func remove() { try? DurableFile.remove(url) }

    /// Writes a file that a ``DurableBatch`` will take. It isn't flushed; the disk begins with it at once.
    ///
    /// - Throws: `Failure` 73 or 74; what was written is gone then.
    package func write(_ data: Data, named name: String) throws(Failure) {
        let file = url.child(name)
        let number = SystemCall.retrying { Glibc.open(file.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644) }
        guard number >= 0 else { throw DurableFile.failure("can't create", file, creating: true) }
        let open = OpenFile(number)
        do throws(Failure) {
            try DurableFile.pour(data, into: open, named: file)
        } catch {
            unlink(file.path)
            throw error
        }
        // A wish: whether it is heard is seen by the flush.
        _ = clinux_begin_flush(number)
    }

    /// Removes folders with this prefix in `parent` whose processes are gone.
    package static func sweep(_ parent: URL, prefix: String) {
        for entry in (try? FolderListing.entries(of: parent)) ?? [] where entry.name.hasPrefix(prefix) {
            let url = parent.child(entry.name)
            guard entry.kind == .folder, let open = try? DurableFile.open(url, O_RDONLY | O_DIRECTORY) else { continue }
            if open.claim() == .mine { try? DurableFile.remove(url) }
        }
    }
}
