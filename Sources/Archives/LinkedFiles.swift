/// The second pass over an archive: the files that links lead to, under the links' names, in the order in which the
/// files are stored.
final class LinkedFiles {
    private let path: String
    private let limits: ArchiveLimits
    private let targets: [(link: String, target: String)]
    private var reader: ArchiveReader?
    private var unmet: Set<String>
    /// Names under which the last file read has yet to be returned.
    private var waiting: [FileEntry] = []
    private var bytes: [UInt8]?
    private var source: FileEntry?

    init(path: String, limits: ArchiveLimits, targets: [(link: String, target: String)]) {
        (self.path, self.limits, self.targets) = (path, limits, targets)
        unmet = Set(targets.map(\.link))
    }

    /// - Throws: ``ArchiveError``; `refused` for a link to something that is not in the archive.
    func next(ledger: inout EntryLedger) throws(ArchiveError) -> FileEntry? {
        if !waiting.isEmpty { waiting.removeFirst() }
        while waiting.isEmpty {
            if reader == nil { reader = try ArchiveReader(path: path, limits: limits, followsLinks: false) }
            guard let file = try reader?.next() else {
                if let (link, target) = targets.first(where: { unmet.contains($0.link) }) {
                    throw .refused(
                        path: path, entry: link,
                        reason: "a link to \"\(ArchiveError.shown(target))\", and no such file is in the archive")
                }
                return nil
            }
            (source, bytes) = (file, nil)
            for (link, target) in targets {
                guard file.name == target || file.name.hasPrefix(target + "/") else { continue }
                unmet.remove(link)
                let name = link + file.name.dropFirst(target.count)
                // A file below a linked folder counts as a further entry.
                if name != link { _ = try ledger.admit(name, isFile: true, size: 0, checksNames: false) }
                try ledger.count(file.size, of: name)
                waiting.append(FileEntry(name: name, size: file.size))
            }
        }
        return waiting.first
    }

    func contents() throws(ArchiveError) -> [UInt8] {
        if let bytes { return bytes }
        let read = try reader?.contents() ?? []
        if waiting.count > 1 { bytes = read }
        return read
    }
}
