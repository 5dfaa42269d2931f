/// The entries of an archive or a folder so far: compares their number and size with the limits, and their names with
/// each other.
struct EntryLedger {
    private struct Seen {
        var spelling: String
        var isFile: Bool
    }

    let path: String
    let limits: ArchiveLimits
    private(set) var entries = 0
    private(set) var totalBytes: Int64 = 0
    private var seen: [String: Seen] = [:]

    init(path: String, limits: ArchiveLimits) {
        (self.path, self.limits) = (path, limits)
    }

    /// Takes one entry into account.
    ///
    /// - Returns: the name without `.` and empty components; nil for the root folder itself.
    /// - Throws: ``ArchiveError/refused(path:entry:reason:)`` for an unsafe, repeated or case-colliding name,
    ///   ``ArchiveError/limit(path:entry:reason:)`` when a limit is passed.
    ///
    /// - Parameter checksNames: false for files below a linked folder, whose own name has already been registered.
    mutating func admit(
        _ name: String, isFile: Bool, size: Int64, checksNames: Bool = true
    ) throws(ArchiveError) -> String? {
        entries += 1
        guard entries <= limits.entries else {
            throw .limit(
                path: path, entry: name, reason: "more than \(limits.entries) entries; \(limits.remedy(\.entries))")
        }
        let components: [String]
        switch EntryName.components(of: name, limits: limits) {
        case .success(let parts): components = parts
        case .failure(let refusal): throw .refused(path: path, entry: name, reason: refusal.reason)
        }
        guard !components.isEmpty else {
            if isFile { throw .refused(path: path, entry: name, reason: "a file without a name") }
            return nil
        }
        if isFile {
            guard size <= limits.fileBytes else {
                throw .limit(
                    path: path, entry: name,
                    reason: "\(size) bytes, more than \(limits.fileBytes) for one file; \(limits.remedy(\.fileBytes))")
            }
            try count(size, of: name)
        }
        if checksNames { try register(components, name: name, isFile: isFile) }
        return components.joined(separator: "/")
    }

    /// Adds the bytes of a file.
    mutating func count(_ size: Int64, of name: String) throws(ArchiveError) {
        totalBytes += size
        guard totalBytes <= limits.totalBytes else {
            throw .limit(
                path: path, entry: name,
                reason: "the files together have more than \(limits.totalBytes) bytes; \(limits.remedy(\.totalBytes))")
        }
    }

    /// Registers the entry and every folder on its path. Each may have only one spelling and can't be both a file and a
    /// folder. Keys are lower case and without joiners; String's own equality is canonical equivalence, so composed and
    /// decomposed letters collide too.
    private mutating func register(_ components: [String], name: String, isFile: Bool) throws(ArchiveError) {
        var prefix = ""
        for (index, component) in components.enumerated() {
            prefix += index == 0 ? component : "/" + component
            let isLast = index == components.count - 1
            let key = Self.key(prefix)
            guard let earlier = seen[key] else {
                seen[key] = Seen(spelling: prefix, isFile: isLast && isFile)
                continue
            }
            if !earlier.spelling.utf8.elementsEqual(prefix.utf8) {
                throw .refused(
                    path: path, entry: name,
                    reason:
                        "its name differs from \"\(ArchiveError.shown(earlier.spelling))\" only in upper and lower case, accents or joiners"
                )
            }
            if isLast && isFile && earlier.isFile {
                throw .refused(path: path, entry: name, reason: "a file of this name came before")
            }
            if earlier.isFile || (isLast && isFile) {
                throw .refused(
                    path: path, entry: name, reason: "\"\(ArchiveError.shown(prefix))\" is both a file and a folder")
            }
        }
    }

    private static func key(_ prefix: String) -> String {
        let lower = prefix.lowercased()
        guard lower.unicodeScalars.contains(where: EntryName.isJoiner) else { return lower }
        return String(String.UnicodeScalarView(lower.unicodeScalars.filter { !EntryName.isJoiner($0) }))
    }
}
