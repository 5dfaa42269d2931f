import CLibArchive
import Glibc

/// An open file for libarchive: it provides blocks, skips and seeks, and reports an attempt to pass the end.
///
/// libarchive's own file reader skips with `lseek`, which goes beyond the end without an error, so a truncated file
/// would be accepted.
final class FileFeed {
    let path: String
    let size: Int64
    private(set) var position: Int64 = 0
    /// The error number of a failed read, kept because libarchive reports it as a text.
    private(set) var failure: Int32 = 0
    private let descriptor: Int32
    private let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)

    init(path: String) throws(ArchiveError) {
        self.path = path
        let file = uninterrupted { open(path, O_RDONLY | O_CLOEXEC) }
        descriptor = file
        guard descriptor >= 0 else {
            size = 0
            let code = errno
            throw code == ENOENT ? .missing(path: path) : .system(path: path, action: "open", code: code)
        }
        var status = stat()
        guard uninterrupted({ fstat(file, &status) }) == 0 else {
            size = 0
            throw .system(path: path, action: "open", code: errno)
        }
        size = Int64(status.st_size)
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        block.deallocate()
    }

    /// The first bytes, without moving the position.
    func firstBytes(_ count: Int) throws(ArchiveError) -> [UInt8] { try bytes(count, at: 0) }

    /// Up to `count` bytes from `offset` on, without moving the position.
    func bytes(_ count: Int, at offset: Int64) throws(ArchiveError) -> [UInt8] {
        var code: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = pread(
                    descriptor, buffer.baseAddress.map { $0 + filled }, count - filled, off_t(offset) + off_t(filled))
                if got < 0 && errno == EINTR { continue }
                if got < 0 { code = errno }
                if got <= 0 { break }
                filled += got
            }
        }
        if code != 0 { throw .system(path: path, action: "read", code: code) }
        return bytes
    }

    /// Gives libarchive this file as the source of `archive`; the feed must outlive it.
    func attach(to archive: OpaquePointer, seekable: Bool) -> Int32 {
        archive_read_set_callback_data(archive, Unmanaged.passUnretained(self).toOpaque())
        archive_read_set_read_callback(archive) { _, data, buffer in
            guard let data else { return -1 }
            return Unmanaged<FileFeed>.fromOpaque(data).takeUnretainedValue().read(to: buffer)
        }
        archive_read_set_skip_callback(archive) { _, data, request in
            guard let data else { return 0 }
            return Unmanaged<FileFeed>.fromOpaque(data).takeUnretainedValue().skip(request)
        }
        if seekable {
            archive_read_set_seek_callback(archive) { _, data, offset, whence in
                guard let data else { return Int64(ARCHIVE_FATAL) }
                return Unmanaged<FileFeed>.fromOpaque(data).takeUnretainedValue().seek(offset, whence)
            }
        }
        return archive_read_open1(archive)
    }

    private func read(to buffer: UnsafeMutablePointer<UnsafeRawPointer?>?) -> Int {
        while true {
            let got = pread(descriptor, block.baseAddress, block.count, off_t(position))
            if got < 0 && errno == EINTR { continue }
            if got < 0 { failure = errno }
            if got > 0 { position += Int64(got) }
            buffer?.pointee = UnsafeRawPointer(block.baseAddress)
            return got
        }
    }

    private func skip(_ request: Int64) -> Int64 {
        let step = max(0, min(request, size - position))
        position += step
        return step
    }

    private func seek(_ offset: Int64, _ whence: Int32) -> Int64 {
        let target =
            switch whence {
            case SEEK_SET: offset
            case SEEK_CUR: position + offset
            default: size + offset
            }
        guard 0...size ~= target else { return Int64(ARCHIVE_FATAL) }
        position = target
        return target
    }
}

extension FileFeed: TarStream {
    func attach(to tar: OpaquePointer) -> Int32 { attach(to: tar, seekable: false) }

    func rest(behind position: Int64) -> [UInt8] {
        self.position = position
        return []
    }

    func more() -> [UInt8]? {
        var bytes: UnsafeRawPointer?
        let count = read(to: &bytes)
        return count < 0 ? nil : [UInt8](UnsafeRawBufferPointer(start: bytes, count: count))
    }

    func takeBack(_ bytes: [UInt8]) -> Int64 {
        position -= Int64(bytes.count)
        return position
    }
}
