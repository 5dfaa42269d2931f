import CLibArchive
import Glibc

extension ArchiveReader {
    /// Checks one header.
    ///
    /// - Returns: the file, or nil for a folder.
    func admit(_ entry: OpaquePointer) throws(ArchiveError) -> FileEntry? {
        guard let name = name(of: entry) else {
            throw .refused(
                path: path, entry: "(entry \(entriesRead + 1))",
                reason: "its name is not UTF-8; pack it again with UTF-8 names")
        }
        if let target = text(archive_entry_hardlink_utf8(entry), archive_entry_hardlink(entry)) {
            return try admit(link: name, to: target, kind: .hard)
        }
        let isFile: Bool
        switch archive_entry_filetype(entry) {
        case S_IFREG: isFile = true
        case S_IFDIR: isFile = false
        case S_IFLNK:
            return try admit(
                link: name, to: text(archive_entry_symlink_utf8(entry), archive_entry_symlink(entry)) ?? "",
                kind: .symbolic)
        case let type:
            throw .refused(
                path: path, entry: name, reason: "\(Self.word(for: type)); only files, folders and links are read")
        }
        if archive_entry_symlink(entry) != nil {
            throw .refused(path: path, entry: name, reason: "a symbolic link and a file at once")
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

    /// Records a link. It is returned at the end, as the file it leads to.
    private func admit(link name: String, to target: String, kind: LinkTable.Kind) throws(ArchiveError) -> FileEntry? {
        guard let safe = try ledger.admit(name, isFile: true, size: 0) else { return nil }
        try links.add(safe, to: target, kind)
        return nil
    }

    /// Whether a tar ends where the next header would begin, so that all entries before are complete.
    ///
    /// GNU tar's manual says that a reader must not rely on the zero blocks at the end, and some writers leave them
    /// out.
    var isCutBetweenEntries: Bool {
        guard case .tar = kind, feed.failure == 0, decompressor?.failure == nil else { return false }
        // libarchive's message for an incomplete header; for incomplete data it states how many bytes it needed.
        return libraryMessage(archive) == "Truncated tar archive"
    }

    /// Checks how a tar ended. One that is cut between two entries lacks only the zero blocks at its end; a notice says
    /// so.
    ///
    /// - Parameter isCut: whether it ended inside a header.
    func checkEnd(isCut: Bool) throws(ArchiveError) {
        guard case .tar = kind else { return }
        if isCut || archive_filter_bytes(archive, 0) - archive_read_header_position(archive) < 512 {
            notices.append(
                "\(path): the blocks that end a tar are missing; all that is there was read, "
                    + "\(ArchiveError.count(entriesRead)). If pictures are missing, fetch it again")
        }
    }

    /// Checks what is known at the end of the whole file. A compressed stream keeps its checksums behind the last entry
    /// and is read to its end.
    func checkWhole() throws(ArchiveError) {
        for encoding in encodings.sorted(by: { $0.rawValue < $1.rawValue }) {
            notices.append("\(path): names that are not marked as UTF-8 are read as \(encoding.rawValue)")
        }
        guard case .tar = kind else { return try countShared() }
        if let decompressor, !decompressor.drain() { throw failure() }
        if joined > 0 { notices.append("\(path): \(joined + 1) tars joined into one file; all of them were read") }
        try checkBehindStream()
    }

    /// Directory entries of a zip that share another's data are not read; they are counted and said.
    private func countShared() throws(ArchiveError) {
        guard let stated = try ZipDirectory.statedEntries(feed), stated > entriesRead else { return }
        notices.append(
            "\(path): its directory states \(ArchiveError.count(stated)), \(entriesRead) have data of their own; "
                + "the other \(stated - entriesRead) were passed over. If pictures are missing, pack it again")
    }

    /// The libraries' last error as an ``ArchiveError``.
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
        .limit(
            path: path, entry: entry,
            reason:
                "it unpacks to more than \(limits.ratio) times its size, as no pictures do; unpack it and give the folder, if that is meant"
        )
    }

    /// The entry's name as UTF-8. In a zip, names in other encodings are decoded: older writers used their system's
    /// encoding.
    private func name(of entry: OpaquePointer) -> String? {
        let utf8 =
            kind == .zip
            ? UTF8Locale.during { archive_entry_pathname_utf8(entry) } : archive_entry_pathname_utf8(entry)
        return text(utf8, archive_entry_pathname(entry))
    }

    private func text(_ utf8: UnsafePointer<CChar>?, _ raw: UnsafePointer<CChar>?) -> String? {
        if let utf8, let text = String(validatingCString: utf8) { return text }
        guard let raw else { return nil }
        if let text = String(validatingCString: raw) { return text }
        guard kind == .zip else { return nil }
        let bytes = UnsafeBufferPointer(start: raw, count: strlen(raw)).map { UInt8(bitPattern: $0) }
        guard let (text, encoding) = NameEncoding.decode(bytes) else { return nil }
        encodings.insert(encoding)
        return text
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
