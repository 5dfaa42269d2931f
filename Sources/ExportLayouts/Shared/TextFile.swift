import Foundation

/// A text file written piece by piece, so that memory doesn't grow with it.
final class TextFile {
    private let handle: FileHandle
    private var pending = Data()
    private static let piece = 1 << 20

    /// - Throws: `CocoaError` when the file can't be made; so do the others when it can't be written.
    init(_ url: URL) throws {
        try Data().write(to: url)
        handle = try FileHandle(forWritingTo: url)
    }

    func write(_ text: String) throws {
        pending.append(contentsOf: text.utf8)
        if pending.count >= Self.piece { try flush() }
    }

    /// Another file's contents.
    func append(_ url: URL) throws {
        try flush()
        let other = try FileHandle(forReadingFrom: url)
        while let piece = try other.read(upToCount: Self.piece), !piece.isEmpty { try handle.write(contentsOf: piece) }
        try other.close()
    }

    func close() throws {
        try flush()
        try handle.close()
    }

    private func flush() throws {
        try handle.write(contentsOf: pending)
        pending.removeAll(keepingCapacity: true)
    }
}
