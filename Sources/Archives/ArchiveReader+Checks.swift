import CLibArchive
import Glibc

extension ArchiveReader {
    /// Checks one header.
    ///
    /// - Returns: the file, or nil for a folder.
    func admit(_ entry: OpaquePointer) throws(ArchiveError) -> FileEntry? {
        guard let name = Self.name(of: entry) else {
            throw .refused(path: path, entry: "(entry \(entriesRead + 1))", reason: "its name is not UTF-8")
        }
        if archive_entry_hardlink(entry) != nil {
            throw .refused(path: path, entry: name, reason: "a hard link; only files and folders are unpacked")
        }
        let isFile: Bool
        switch archive_entry_filetype(entry) {
        case S_IFREG: isFile = true
        case S_IFDIR: isFile = false
        case let type:
            throw .refused(
                path: path, entry: name, reason: "\(Self.word(for: type)); only files and folders are unpacked")
        }
        if archive_entry_symlink(entry) != nil {
            throw .refused(path: path, entry: name, reason: "a symbolic link; only files and folders are unpacked")
        }
        if archive_entry_is_encrypted(entry) != 0 { throw .refused(path: path, entry: name, reason: "it is encrypted") }
        if archive_entry_sparse_count(entry) > 0 { throw .refused(path: path, entry: name, reason: "a sparse file") }
        let size = archive_entry_size(entry)
        if isFile && (archive_entry_size_is_set(entry) == 0 || size < 0) {
            throw .refused(path: path, entry: name, reason: "its size is not stated")
        }
        let safe = try ledger.admit(name, isFile: isFile, size: size)
        if kind == .zip, ledger.totalBytes > limits.ratioFloor, ledger.totalBytes > limits.ratio * max(1, feed.size) {
            throw growth(entry: name)
        }
        return isFile ? safe.map { FileEntry(name: $0, size: size) } : nil
    }

    /// Whether the archive ended as an archive ends, and not merely because the bytes ran out.
    ///
    /// A tar that is cut between two entries looks whole but for the zero blocks at its end, and libarchive lets it
    /// pass; a compressed stream keeps its checksums behind the last entry.
    func checkEnd() throws(ArchiveError) {
        guard case .tar = kind else { return }
        let marker = archive_filter_bytes(archive, 0) - archive_read_header_position(archive)
        guard marker >= 512 else {
            throw .truncated(path: path, entriesRead: entriesRead, detail: "the end-of-archive block is missing")
        }
        if let decompressor, !decompressor.drain() { throw failure() }
    }

    /// What the libraries said last, as an error of ours.
    func failure() -> ArchiveError {
        if feed.failure != 0 { return .system(path: path, action: "read", code: feed.failure) }
        var detail = libraryMessage(archive)
        switch decompressor?.failure {
        case .growth: return growth(entry: nil)
        case .library(let message): detail = message
        case nil: break
        }
        if kind == .zip && entriesRead == 0 && detail.contains("Unrecognized") {
            return .truncated(
                path: path, entriesRead: 0, detail: "the central directory at the end of the zip is missing")
        }
        if detail.lowercased().contains("truncated") {
            return .truncated(path: path, entriesRead: max(0, entriesRead), detail: detail)
        }
        return .corrupt(path: path, entriesRead: entriesRead, detail: detail)
    }

    private func growth(entry: String?) -> ArchiveError {
        .limit(path: path, entry: entry, reason: "it unpacks to more than \(limits.ratio) times its size")
    }

    private static func name(of entry: OpaquePointer) -> String? {
        if let utf8 = archive_entry_pathname_utf8(entry) { return String(validatingCString: utf8) }
        return archive_entry_pathname(entry).flatMap { String(validatingCString: $0) }
    }

    private static func word(for type: mode_t) -> String {
        switch type {
        case S_IFLNK: "a symbolic link"
        case S_IFIFO: "a named pipe"
        case S_IFCHR, S_IFBLK: "a device"
        case S_IFSOCK: "a socket"
        default: "an entry of unknown type"
        }
    }
}
