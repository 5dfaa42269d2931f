package import Foundation
import Glibc
import Synchronization

/// Many files, each there whole or not at all, that are flushed together: a disk takes a hundred flushes at once in
/// little more time than one.
///
/// A file has a temporary name until the next flush. Files may be added by several threads; what was never flushed is
/// gone with the batch.
package final class DurableBatch: Sendable {
    private struct Waiting {
        var temporary: URL
        var file: OpenFile
        var target: URL
    }
    private let waiting = Mutex<[Waiting]>([])
    private let most: Int
    /// Flushes under way at once: enough for a disk to gather them.
    private static let width = 16

    /// - Parameter most: files that wait, each with an open descriptor.
    package init(most: Int = 128) { self.most = most }

    deinit {
        for entry in waiting.withLock({ $0 }) { unlink(entry.temporary.path) }
    }

    /// Takes a file that is to stand under `url`; missing folders are made.
    ///
    /// - Throws: as `DurableFile.write`.
    package func write(_ data: Data, to url: URL) throws(Failure) {
        try DurableFile.makeFolder(url.deletingLastPathComponent())
        let (temporary, file) = try DurableFile.create(beside: url)
        do {
            try DurableFile.pour(data, into: file, named: temporary)
        } catch {
            unlink(temporary.path)
            throw error
        }
        let isFull = waiting.withLock { waiting in
            waiting.append(Waiting(temporary: temporary, file: file, target: url))
            return waiting.count >= most
        }
        if isFull { try flush() }
    }

    /// Writes `data` unless the file holds just that already.
    package func update(_ data: Data, at url: URL) throws(Failure) {
        if (try? DurableFile.read(url)) != data { try write(data, to: url) }
    }

    /// Everything that was added stands under its name when this returns.
    package func flush() throws(Failure) {
        let taken = waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
        var done = 0
        do {
            _ = try sideBySide(taken, width: Self.width) { try DurableFile.flush($0.file, named: $0.temporary) }
            for entry in taken {
                guard SystemCall.retrying({ Glibc.rename(entry.temporary.path, entry.target.path) }) == 0 else {
                    throw DurableFile.failure("can't rename to", entry.target, absent: .io)
                }
                done += 1
            }
            let folders = Set(taken.map { $0.target.deletingLastPathComponent().path })
            for folder in folders.sorted() { try DurableFile.syncFolder(URL(fileURLWithPath: folder)) }
        } catch {
            for entry in taken[done...] { unlink(entry.temporary.path) }
            throw error as? Failure ?? Failure(.io, "\(error)")
        }
    }
}
