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
        try add(Waiting(temporary: temporary, file: file, target: url))
    }

    /// Takes a whole file that stands elsewhere and moves it to `url` with the next flush; missing folders are made.
    ///
    /// - Throws: as `DurableFile.write`; 74 where it is gone.
    package func take(_ file: URL, to url: URL) throws(Failure) {
        try DurableFile.makeFolder(url.deletingLastPathComponent())
        let number = SystemCall.retrying { Glibc.open(file.path, O_RDONLY | O_CLOEXEC) }
        guard number >= 0 else { throw DurableFile.failure("can't open", file, absent: .io) }
        try add(Waiting(temporary: file, file: OpenFile(number), target: url))
    }

    private func add(_ entry: Waiting) throws(Failure) {
        let isFull = waiting.withLock { waiting in
            waiting.append(entry)
            return waiting.count >= most
        }
        if isFull { try flush() }
    }

    /// Writes `data` unless the file holds just that already.
    ///
    /// - Throws: as `DurableFile.write`; 74 for a file that can't be read, too.
    package func update(_ data: Data, at url: URL) throws(Failure) {
        if try !DurableFile.holds(data, at: url) { try write(data, to: url) }
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
                try Self.rename(entry)
                done += 1
            }
            let folders = Set(taken.map { $0.target.deletingLastPathComponent().path })
            for folder in folders.sorted() { try DurableFile.syncFolder(URL(fileURLWithPath: folder)) }
        } catch {
            for entry in taken[done...] { unlink(entry.temporary.path) }
            throw error as? Failure ?? Failure(.io, "\(error)")
        }
    }

    private static func rename(_ entry: Waiting) throws(Failure) {
        guard SystemCall.retrying({ Glibc.rename(entry.temporary.path, entry.target.path) }) != 0 else { return }
        // It was taken from another disk.
        guard errno == EXDEV else { throw DurableFile.failure("can't rename to", entry.target, absent: .io) }
        try DurableFile.write(try DurableFile.read(entry.temporary), to: entry.target)
        unlink(entry.temporary.path)
    }
}
