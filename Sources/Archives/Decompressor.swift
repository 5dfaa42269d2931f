import CLibArchive
import Glibc

/// The bytes inside a gz, xz or zst file, as a stream that counts them.
///
/// Unpacking is separate from tar reading for two reasons: growth is checked on every block, including those that tar
/// skips, and the stream can be read to its end after the last entry, where xz and gz keep their checksums.
final class Decompressor {
    let feed: FileFeed
    private let limits: ArchiveLimits
    private let archive: OpaquePointer
    /// Where libarchive keeps the unpacked bytes until the next read.
    private var block: UnsafeRawPointer?
    private var blockBytes = 0
    /// The end of the block before: a tar reader looks ahead across the border of two blocks.
    private var endBefore: [UInt8] = []
    /// Bytes that were taken back, which the next read returns.
    private var takenBack: UnsafeMutableRawBufferPointer?
    private var returnsTakenBack = false
    /// Unpacked bytes so far.
    private(set) var produced: Int64 = 0
    /// Why the stream stopped, once it has.
    private(set) var failure: Failure?

    enum Failure {
        case growth
        case library(String)
    }

    init(feed: FileFeed, filter: ArchiveKind.Filter, limits: ArchiveLimits) throws(ArchiveError) {
        (self.feed, self.limits) = (feed, limits)
        guard let archive = archive_read_new() else { throw .system(path: feed.path, action: "read", code: ENOMEM) }
        self.archive = archive
        switch filter {
        case .gzip: archive_read_support_filter_gzip(archive)
        case .xz: archive_read_support_filter_xz(archive)
        case .zstd: archive_read_support_filter_zstd(archive)
        case .none: break
        }
        archive_read_support_format_raw(archive)
        var entry: OpaquePointer?
        if feed.attach(to: archive, seekable: false) != ARCHIVE_OK
            || archive_read_next_header(archive, &entry) != ARCHIVE_OK
        {
            failure = .library(libraryMessage(archive))
        }
    }

    deinit {
        archive_read_free(archive)
        takenBack?.deallocate()
    }

    /// Makes this stream the source of a tar reader; it must outlive it.
    func attach(to tar: OpaquePointer) -> Int32 {
        archive_read_set_callback_data(tar, Unmanaged.passUnretained(self).toOpaque())
        archive_read_set_read_callback(tar) { _, data, buffer in
            guard let data else { return -1 }
            let stream = Unmanaged<Decompressor>.fromOpaque(data).takeUnretainedValue()
            let count = stream.read()
            buffer?.pointee = stream.block
            return count
        }
        return archive_read_open1(tar)
    }

    /// Reads to the end of the stream, so that its checksums are compared.
    ///
    /// - Returns: false when the stream broke; ``failure`` says why.
    func drain() -> Bool {
        while true {
            let count = read()
            if count < 0 { return false }
            if count == 0 { return true }
        }
    }

    private func read() -> Int {
        if failure != nil { return -1 }
        if returnsTakenBack, let takenBack {
            returnsTakenBack = false
            (block, blockBytes, endBefore) = (UnsafeRawPointer(takenBack.baseAddress), takenBack.count, [])
            return blockBytes
        }
        endBefore = blockBytes > 0 ? [UInt8](lastBlock.suffix(TarBlock.size)) : endBefore
        blockBytes = 0
        var (count, offset) = (0, Int64(0))
        var status = ARCHIVE_OK
        // No bytes would be taken for the end.
        while status == ARCHIVE_OK, count == 0 {
            status = archive_read_data_block(archive, &block, &count, &offset)
        }
        if status == ARCHIVE_EOF { return 0 }
        guard status == ARCHIVE_OK || status == ARCHIVE_WARN else {
            failure = .library(libraryMessage(archive))
            return -1
        }
        produced += Int64(count)
        if produced > limits.ratioFloor && produced > limits.ratio * max(1, feed.position) {
            failure = .growth
            return -1
        }
        blockBytes = count
        return count
    }

    private var lastBlock: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: block, count: blockBytes) }
}

extension Decompressor: TarStream {
    func rest(behind position: Int64) -> [UInt8] {
        let count = Int(produced - position)
        let bytes = count > blockBytes ? endBefore + lastBlock : [UInt8](lastBlock)
        return [UInt8](bytes.suffix(count))
    }

    func more() -> [UInt8]? {
        let count = read()
        return count < 0 ? nil : [UInt8](lastBlock.prefix(count))
    }

    func takeBack(_ bytes: [UInt8]) -> Int64 {
        let kept = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 16)
        kept.copyBytes(from: bytes)
        takenBack?.deallocate()
        (takenBack, returnsTakenBack) = (kept, true)
        return produced - Int64(bytes.count)
    }

    /// Bytes of the file behind the packed stream, which were not unpacked.
    var bytesBehind: Int64 { max(0, feed.size - archive_filter_bytes(archive, -1)) }
}

/// libarchive's own words for its last error.
func libraryMessage(_ archive: OpaquePointer) -> String {
    archive_error_string(archive).map { String(cString: $0) } ?? "no detail"
}
