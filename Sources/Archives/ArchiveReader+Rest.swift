import CLibArchive
import Glibc

/// What follows the mark that ends a tar. `cat a.tar b.tar` is a common way to join two, and readers stop at the first
/// mark.
extension ArchiveReader {
    /// Goes on with the tar that follows the one that ended, if one does. Anything else that isn't zeros is counted and
    /// said.
    func goesOn() throws(ArchiveError) -> Bool {
        guard let stream else { return false }
        var bytes = stream.rest(behind: start + archive_filter_bytes(archive, 0))
        while true {
            bytes.removeFirst(Self.leadingZeroBlocks(bytes))
            if bytes.count >= TarBlock.size { break }
            guard let more = stream.more() else { throw failure() }
            if more.isEmpty { break }
            bytes += more
        }
        if TarBlock.isHeader(bytes.prefix(TarBlock.size)) {
            try open(stream, at: stream.takeBack(bytes))
            joined += 1
            return true
        }
        var count = bytes.contains { $0 != 0 } ? Int64(bytes.count) : 0
        while count > 0, let more = stream.more(), !more.isEmpty { count += Int64(more.count) }
        if count > 0 { sayBehind(count, "the end of the tar") }
        return false
    }

    /// Says what follows the packed stream: unpackers pass over it.
    func checkBehindStream() throws(ArchiveError) {
        guard let count = decompressor?.bytesBehind, count > 0 else { return }
        var position = feed.size - count
        while position < feed.size {
            let bytes = try feed.bytes(Int(min(1 << 16, feed.size - position)), at: position)
            if bytes.isEmpty { return }
            if bytes.contains(where: { $0 != 0 }) { return sayBehind(count, "the packed stream") }
            position += Int64(bytes.count)
        }
    }

    private func sayBehind(_ count: Int64, _ place: String) {
        notices.append(
            "\(path): \(count) bytes behind \(place) are no part of it and were not read. "
                + "If pictures are missing, fetch it again, or unpack the parts it was joined from")
    }

    /// Bytes of the zero blocks at the start.
    private static func leadingZeroBlocks(_ bytes: [UInt8]) -> Int {
        var count = 0
        while count + TarBlock.size <= bytes.count, bytes[count..<count + TarBlock.size].allSatisfy({ $0 == 0 }) {
            count += TarBlock.size
        }
        return count
    }

    /// Starts to read a tar at a place of its stream.
    private func open(_ stream: any TarStream, at position: Int64) throws(ArchiveError) {
        guard let next = archive_read_new() else { throw .system(path: path, action: "read", code: ENOMEM) }
        archive_read_free(archive)
        (archive, start) = (next, position)
        archive_read_support_format_tar(archive)
        if stream.attach(to: archive) != ARCHIVE_OK { throw failure() }
    }
}
