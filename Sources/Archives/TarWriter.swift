import CLibArchive
import Glibc

/// Writes a reproducible tar: the same entries give the same bytes on any day, under any user and locale.
///
/// *Source*: the GNU tar manual's recipe for reproducible archives. Format ustar, pax headers only where a value does
/// not fit; names ascending bytewise; modes 0755 and 0644; one fixed time; owner and group 0 without names; no time and
/// no name in the gzip header; one thread. The archive appears under its name only when ``finish()`` returns.
package final class TarWriter {
    /// 1 January 2000, 00:00 UTC: an arbitrary fixed time, later than the earliest one that zip and FAT can represent
    /// (1980).
    package static let modificationTime = 946_684_800

    package let path: String
    private let temporary: String
    private let target: Target
    private let archive: OpaquePointer
    private var last: String?
    private var open = true

    /// - Throws: ``ArchiveError/system(path:action:code:)`` when the temporary file can't be made.
    package init(path: String, compression: TarCompression) throws(ArchiveError) {
        self.path = path
        temporary = path + ".tmp-\(getpid())"
        unlink(temporary)
        let file = path + ".tmp-\(getpid())"
        target = Target(uninterrupted { Glibc.open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644) })
        guard target.descriptor >= 0, let archive = archive_write_new() else {
            throw .system(path: temporary, action: "create", code: errno)
        }
        self.archive = archive
        archive_write_set_format_pax_restricted(archive)
        // No padding beyond the two zero blocks that end a tar.
        archive_write_set_bytes_in_last_block(archive, 1)
        var status: Int32
        switch compression {
        case .none:
            status = archive_write_add_filter_none(archive)
        case .gz:
            status = archive_write_add_filter_gzip(archive)
            if status == ARCHIVE_OK { status = archive_write_set_filter_option(archive, "gzip", "timestamp", nil) }
        case .xz:
            status = archive_write_add_filter_xz(archive)
            if status == ARCHIVE_OK { status = archive_write_set_filter_option(archive, "xz", "threads", "1") }
        case .zstd:
            status = archive_write_add_filter_zstd(archive)
        }
        if status == ARCHIVE_OK, compression != .none {
            status = archive_write_set_filter_option(archive, nil, "compression-level", compression.level)
        }
        if status == ARCHIVE_OK { status = target.attach(to: archive) }
        if status != ARCHIVE_OK { throw failure() }
    }

    deinit {
        archive_write_free(archive)
        if open { unlink(temporary) }
    }

    /// Adds a folder. `name` has no slash at its end, and names are ordered without it.
    ///
    /// - Throws: ``ArchiveError/unwritable(path:entry:reason:)`` for a name out of order or not plain ASCII,
    ///   ``ArchiveError/system(path:action:code:)`` when the disk refuses.
    package func addFolder(_ name: String) throws(ArchiveError) {
        try add(name, stored: name + "/", mode: S_IFDIR | 0o755, bytes: [])
    }

    /// Adds a file.
    ///
    /// - Throws: as ``addFolder(_:)``.
    package func addFile(_ name: String, _ bytes: [UInt8]) throws(ArchiveError) {
        try add(name, stored: name, mode: S_IFREG | 0o644, bytes: bytes)
    }

    /// Closes the archive, waits until it is on disk, and renames it to its final name.
    ///
    /// - Throws: ``ArchiveError/system(path:action:code:)``; the final name is then unchanged.
    package func finish() throws(ArchiveError) {
        precondition(open, "finish() is called once")
        if archive_write_close(archive) != ARCHIVE_OK { throw failure() }
        guard uninterrupted({ fsync(target.descriptor) }) == 0 else {
            throw .system(path: temporary, action: "write", code: errno)
        }
        guard uninterrupted({ rename(temporary, path) }) == 0 else {
            throw .system(path: path, action: "rename to", code: errno)
        }
        open = false
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let handle = uninterrupted { Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard handle >= 0 else { throw .system(path: folder, action: "open", code: errno) }
        defer { close(handle) }
        guard uninterrupted({ fsync(handle) }) == 0 else { throw .system(path: folder, action: "write", code: errno) }
    }

    /// Adds a file with the contents of another, read in pieces.
    ///
    /// - Parameter path: of a file that nobody changes meanwhile.
    /// - Throws: as ``addFolder(_:)``; ``ArchiveError/system(path:action:code:)`` for a file that can't be read.
    package func addFile(_ name: String, contentsOf path: String) throws(ArchiveError) {
        let file = uninterrupted { Glibc.open(path, O_RDONLY | O_CLOEXEC) }
        guard file >= 0 else { throw .system(path: path, action: "open", code: errno) }
        defer { close(file) }
        var facts = stat()
        guard uninterrupted({ fstat(file, &facts) }) == 0 else {
            throw .system(path: path, action: "read", code: errno)
        }
        try begin(name, stored: name, mode: S_IFREG | 0o644, size: Int(facts.st_size))
        var rest = Int(facts.st_size)
        var buffer = [UInt8](repeating: 0, count: min(max(rest, 1), 1 << 20))
        while rest > 0 {
            let count = uninterrupted { Glibc.read(file, &buffer, min(buffer.count, rest)) }
            // A file that became shorter has no number of its own.
            guard count > 0 else { throw .system(path: path, action: "read", code: count < 0 ? errno : EIO) }
            guard archive_write_data(archive, buffer, count) == count else { throw failure() }
            rest -= count
        }
    }

    private func add(_ name: String, stored: String, mode: mode_t, bytes: [UInt8]) throws(ArchiveError) {
        try begin(name, stored: stored, mode: mode, size: bytes.count)
        guard bytes.isEmpty || archive_write_data(archive, bytes, bytes.count) == bytes.count else { throw failure() }
    }

    /// Writes an entry's header.
    private func begin(_ name: String, stored: String, mode: mode_t, size: Int) throws(ArchiveError) {
        if case .failure(let refusal) = EntryName.components(of: name, limits: ArchiveLimits()) {
            throw .unwritable(path: path, entry: name, reason: refusal.reason)
        }
        guard name.utf8.allSatisfy({ $0 < 0x80 }), !name.hasSuffix("/") else {
            throw .unwritable(path: path, entry: name, reason: "names must be plain ASCII and not end with a slash")
        }
        if let last, !last.utf8.lexicographicallyPrecedes(name.utf8) {
            throw .unwritable(
                path: path, entry: name, reason: "it must come after \"\(last)\" in bytewise order, and once")
        }
        last = name
        guard let entry = archive_entry_new() else { throw .system(path: path, action: "write", code: ENOMEM) }
        defer { archive_entry_free(entry) }
        archive_entry_set_pathname(entry, stored)
        archive_entry_set_mode(entry, mode)
        archive_entry_set_size(entry, Int64(size))
        archive_entry_set_mtime(entry, Self.modificationTime, 0)
        archive_entry_set_uid(entry, 0)
        archive_entry_set_gid(entry, 0)
        guard archive_write_header(archive, entry) == ARCHIVE_OK else { throw failure() }
    }

    private func failure() -> ArchiveError {
        let code = target.failure == 0 ? archive_errno(archive) : target.failure
        // libarchive's own error numbers are negative; positive ones are the system's.
        if code > 0 { return .system(path: temporary, action: "write", code: code) }
        return .unwritable(path: path, entry: last ?? "", reason: libraryMessage(archive))
    }
}

/// The file that libarchive's bytes go to: interrupted calls are made again, and an error keeps its number.
private final class Target {
    let descriptor: Int32
    private(set) var failure: Int32 = 0

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// It must outlive the archive.
    func attach(to archive: OpaquePointer) -> Int32 {
        archive_write_open(
            archive, Unmanaged.passUnretained(self).toOpaque(), nil,
            { _, data, buffer, count in
                guard let data else { return -1 }
                return Unmanaged<Target>.fromOpaque(data).takeUnretainedValue().write(buffer, count)
            }, nil)
    }

    private func write(_ buffer: UnsafeRawPointer?, _ count: Int) -> Int {
        let written = uninterrupted { Glibc.write(descriptor, buffer, count) }
        if written < 0 { failure = errno }
        return written
    }
}
