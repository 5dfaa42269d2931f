/// The links of an archive, and where they lead inside it.
struct LinkTable {
    enum Kind: String { case symbolic = "a symbolic link", hard = "a hard link" }

    private let path: String
    private let limits: ArchiveLimits
    /// Name of a link → what it leads to, components from the archive's root.
    private var targets: [String: [String]] = [:]
    private var kinds: [String: Kind] = [:]
    /// In the archive's order.
    private var order: [String] = []

    init(path: String, limits: ArchiveLimits) { (self.path, self.limits) = (path, limits) }

    var isEmpty: Bool { order.isEmpty }

    /// - Parameters:
    ///   - name: checked.
    ///   - target: as the archive has it: of a symbolic link relative to the folder it lies in, of a hard link the name
    ///     of another entry.
    /// - Throws: ``ArchiveError/refused(path:entry:reason:)`` for a link that leads out of the archive.
    mutating func add(_ name: String, to target: String, _ kind: Kind) throws(ArchiveError) {
        func refused(_ reason: String) -> ArchiveError {
            .refused(path: path, entry: name, reason: "\(kind.rawValue) \(reason)")
        }
        guard !target.isEmpty else { throw refused("to nothing") }
        guard !target.hasPrefix("/") else {
            throw refused("that leads out of the archive, to \(ArchiveError.shown(target)); put the file itself there")
        }
        var components = kind == .hard ? [] : Array(name.split(separator: "/").dropLast().map(String.init))
        for part in target.split(separator: "/") where part != "." {
            if part != ".." {
                components.append(String(part))
            } else if components.popLast() == nil {
                throw refused(
                    "that leads out of the archive, to \(ArchiveError.shown(target)); put the file itself there")
            }
        }
        guard target.utf8.count <= limits.nameBytes else { throw refused("with a target that is too long") }
        targets[name] = components
        kinds[name] = kind
        order.append(name)
    }

    /// Where each link leads once every link on the way is followed, links below linked folders included.
    ///
    /// - Throws: ``ArchiveError/refused(path:entry:reason:)`` for links that lead in a circle or to a folder around
    ///   themselves, ``ArchiveError/limit(path:entry:reason:)``.
    func resolved(ledger: inout EntryLedger) throws(ArchiveError) -> [(link: String, target: String)] {
        var found: [(link: String, target: String)] = []
        for name in order { found.append((name, try followed(name))) }
        // A link below a linked folder is there twice: under its own name and below the other link's.
        var index = 0
        while index < found.count {
            let (link, target) = found[index]
            index += 1
            for inner in order where inner.hasPrefix(target + "/") {
                let name = link + inner.dropFirst(target.count)
                guard name.split(separator: "/").count <= limits.depth else { throw around(link) }
                _ = try ledger.admit(name, isFile: true, size: 0, checksNames: false)
                found.append((name, try followed(inner)))
            }
        }
        return found
    }

    private func followed(_ name: String) throws(ArchiveError) -> String {
        var components = targets[name] ?? []
        for _ in 0..<40 {
            guard
                let link = components.indices.lazy.map({ (components[...$0].joined(separator: "/"), $0) }).first(
                    where: {
                        targets[$0.0] != nil
                    })
            else {
                let target = components.joined(separator: "/")
                if target.isEmpty || name.hasPrefix(target + "/") { throw around(name) }
                return target
            }
            components = (targets[link.0] ?? []) + components[(link.1 + 1)...]
        }
        throw .refused(path: path, entry: name, reason: "\(kinds[name]?.rawValue ?? "a link") that leads in a circle")
    }

    private func around(_ name: String) -> ArchiveError {
        .refused(
            path: path, entry: name,
            reason: "\(kinds[name]?.rawValue ?? "a link") to a folder around itself, which would have no end")
    }
}
