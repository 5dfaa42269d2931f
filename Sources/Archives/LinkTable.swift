import OrderedCollections

/// The links of an archive, and where they lead inside it.
struct LinkTable {
    enum Kind: String { case symbolic = "a symbolic link", hard = "a hard link" }

    private let path: String
    private let limits: ArchiveLimits
    private struct Link {
        let kind: Kind
        /// Where the link leads: components from the archive's root.
        let target: [String]
    }

    /// Name → link, in the archive's order. A repeated name keeps its place and takes the later link.
    private var links: OrderedDictionary<String, Link> = [:]

    init(path: String, limits: ArchiveLimits) { (self.path, self.limits) = (path, limits) }

    var isEmpty: Bool { links.isEmpty }

    /// - Parameters:
    ///   - name: checked.
    ///   - target: as stored in the archive: for a symbolic link relative to its folder, for a hard link the name of
    ///     another entry.
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
        links[name] = Link(kind: kind, target: components)
    }

    /// Where each link leads after following every link on the way. Includes links below linked folders.
    ///
    /// - Throws: ``ArchiveError/refused(path:entry:reason:)`` for links that lead in a circle or to a folder around
    ///   themselves, ``ArchiveError/limit(path:entry:reason:)``.
    func resolved(ledger: inout EntryLedger) throws(ArchiveError) -> [(link: String, target: String)] {
        var found: [(link: String, target: String)] = []
        for name in links.keys { found.append((name, try followed(name))) }
        // A link below a linked folder exists twice: under its own name and below the other link's name.
        var index = 0
        while index < found.count {
            let (link, target) = found[index]
            index += 1
            for inner in links.keys where inner.hasPrefix(target + "/") {
                let name = link + inner.dropFirst(target.count)
                guard name.split(separator: "/").count <= limits.depth else { throw around(link) }
                _ = try ledger.admit(name, isFile: true, size: 0, checksNames: false)
                found.append((name, try followed(inner)))
            }
        }
        return found
    }

    private func followed(_ name: String) throws(ArchiveError) -> String {
        var components = links[name]?.target ?? []
        for _ in 0..<40 {
            guard
                let link = components.indices.lazy.map({ (components[...$0].joined(separator: "/"), $0) }).first(
                    where: {
                        links[$0.0] != nil
                    })
            else {
                let target = components.joined(separator: "/")
                if target.isEmpty || name.hasPrefix(target + "/") { throw around(name) }
                return target
            }
            components = (links[link.0]?.target ?? []) + components[(link.1 + 1)...]
        }
        throw .refused(
            path: path, entry: name, reason: "\(links[name]?.kind.rawValue ?? "a link") that leads in a circle")
    }

    private func around(_ name: String) -> ArchiveError {
        .refused(
            path: path, entry: name,
            reason: "\(links[name]?.kind.rawValue ?? "a link") to a folder around itself, which would have no end")
    }
}
