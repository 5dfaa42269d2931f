import CLibArchive
import Glibc

/// Streams the files of a tar (plain, gz, xz or zst) or a zip, refusing everything except regular files with safe
/// names.
///
/// libarchive parses, with only these kinds switched on, and never writes. Memory is bounded by the one file being
/// read. Links are resolved at the end of the archive; if there are any, it is read a second time for the files they
/// lead to.
package final class ArchiveReader: FileSource {
    package let path: String
    package var bytesRead: Int64 { feed.position }
    package var totalBytes: Int64 { feed.size }
    /// Entries read so far, folders included.
    package var entriesRead: Int { ledger.entries }

    /// Whether it is one stream that must be unpacked from its start.
    package var isPacked: Bool { decompressor != nil }

    /// Where a tar's bytes come from; nil for a zip.
    var stream: (any TarStream)? {
        if kind == .zip { return nil }
        if let decompressor { return decompressor }
        return feed
    }

    let kind: ArchiveKind
    let feed: FileFeed
    let decompressor: Decompressor?
    /// The reader of the archive, or of the tar among joined ones that is read now.
    var archive: OpaquePointer
    /// Where that tar starts in its stream.
    var start: Int64 = 0
    /// Tars that followed the first one.
    var joined = 0
    let limits: ArchiveLimits
    var ledger: EntryLedger
    /// Links of the archive, and after its end the second pass for the files they lead to.
    var links: LinkTable
    private var linked: LinkedFiles?
    private let followsLinks: Bool
    package internal(set) var notices: [String] = []
    /// Encodings other than UTF-8 that names were decoded from.
    var encodings: Set<NameEncoding> = []
    private var current: FileEntry?
    private var ended = false

    /// - Throws: ``ArchiveError/missing(path:)``, ``ArchiveError/notAnArchive(path:detail:)``,
    ///   ``ArchiveError/system(path:action:code:)``.
    package convenience init(path: String, limits: ArchiveLimits = ArchiveLimits()) throws(ArchiveError) {
        try self.init(path: path, limits: limits, followsLinks: true)
    }

    /// - Parameter followsLinks: false in the second pass, which looks for the files that links lead to.
    init(path: String, limits: ArchiveLimits, followsLinks: Bool) throws(ArchiveError) {
        (self.path, self.limits, self.followsLinks) = (path, limits, followsLinks)
        links = LinkTable(path: path, limits: limits)
        feed = try FileFeed(path: path)
        kind = try ArchiveKind(firstBytes: feed.firstBytes(ArchiveKind.signatureBytes), path: path)
        ledger = EntryLedger(path: path, limits: limits)
        if case .tar(let filter) = kind, filter != .none {
            decompressor = try Decompressor(feed: feed, filter: filter, limits: limits)
        } else {
            decompressor = nil
        }
        guard let archive = archive_read_new() else { throw .system(path: path, action: "read", code: ENOMEM) }
        self.archive = archive
        let status: Int32
        switch kind {
        case .tar:
            archive_read_support_format_tar(archive)
            status = decompressor?.attach(to: archive) ?? feed.attach(to: archive)
        case .zip:
            // The seekable reader goes by the central directory: sizes and types are known before the data.
            archive_read_support_format_zip_seekable(archive)
            status = feed.attach(to: archive, seekable: true)
        }
        if status != ARCHIVE_OK { throw failure() }
    }

    deinit { archive_read_free(archive) }

    package func next() throws(ArchiveError) -> FileEntry? {
        current = nil
        while !ended {
            var entry: OpaquePointer?
            let status =
                kind == .zip
                ? UTF8Locale.during { archive_read_next_header(archive, &entry) }
                : archive_read_next_header(archive, &entry)
            let isCut = status != ARCHIVE_OK && status != ARCHIVE_EOF && isCutBetweenEntries
            if status == ARCHIVE_EOF || isCut {
                try checkEnd(isCut: isCut)
                if !isCut, try goesOn() { continue }
                ended = true
                try checkWhole()
                if followsLinks, !links.isEmpty {
                    linked = LinkedFiles(path: path, limits: limits, targets: try links.resolved(ledger: &ledger))
                }
                break
            }
            guard let entry, status == ARCHIVE_OK || (status == ARCHIVE_WARN && isCharacterSetWarning) else {
                throw failure()
            }
            guard let file = try admit(entry) else { continue }
            current = file
            return file
        }
        return try linked?.next(ledger: &ledger)
    }

    package func contents() throws(ArchiveError) -> [UInt8] {
        if let linked { return try linked.contents() }
        guard let file = current else { preconditionFailure("contents() is asked for once, after next()") }
        current = nil
        let count = Int(file.size)
        var broken = false
        var bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = archive_read_data(archive, buffer.baseAddress.map { $0 + filled }, count - filled)
                if got < 0 { broken = true }
                if got <= 0 { break }
                filled += got
            }
        }
        if !broken {
            // One more read must report the end; during it libarchive compares a zip's checksum.
            var surplus: UInt8 = 0
            let got = archive_read_data(archive, &surplus, 1)
            if got < 0 { broken = true }
            if got > 0 { bytes.append(surplus) }
        }
        if broken { throw failure() }
        guard bytes.count == count else {
            throw .corrupt(
                path: path, entriesRead: entriesRead - 1,
                detail: "\(ArchiveError.shown(file.name)) does not have the \(count) bytes that its header promises")
        }
        return bytes
    }

    /// Names that the locale can't represent are not an error: they are read as UTF-8 here.
    private var isCharacterSetWarning: Bool {
        let message = libraryMessage(archive)
        return message.contains("can't be converted") || message.contains("cannot be converted")
    }
}
