import Foundation

extension Manifest {
    /// Reads, checks and completes a manifest.
    ///
    /// - Parameters:
    ///   - path: the file, named in messages as it is given here.
    ///   - overrides: `key.path=value` of the command line, in order.
    /// - Throws: `ManifestError`; `.invalid` lists everything that is wrong.
    package static func load(path: String, overrides: [Override] = []) throws(ManifestError) -> Manifest {
        let bytes = try bytes(path: path)
        return try parse(
            bytes, file: path, directory: URL(fileURLWithPath: path).deletingLastPathComponent().path,
            overrides: overrides)
    }

    /// The same with values of the command line.
    package static func load(path: String, overrides: [String]) throws(ManifestError) -> Manifest {
        try load(path: path, overrides: overrides.map { Override($0) })
    }

    /// The bytes of a manifest or comparison, and no more than the parser takes.
    static func bytes(path: String) throws(ManifestError) -> [UInt8] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { throw .missing(path: path) }
        guard !isFolder.boolValue else { throw .unreadable(path: path, reason: "it is a folder") }
        do {
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? file.close() }
            // One byte more than a manifest may have tells the parser that there is too much.
            return Array(try file.read(upToCount: NodeParser.mostBytes + 1) ?? Data())
        } catch {
            throw .unreadable(path: path, reason: (error as NSError).localizedDescription)
        }
    }

    /// Checks and completes the text of a manifest.
    ///
    /// - Parameters:
    ///   - file: what messages call it.
    ///   - directory: absolute; relative paths of the manifest begin there.
    package static func parse(_ text: [UInt8], file: String, directory: String, overrides: [Override] = [])
        throws(ManifestError)
        -> Manifest
    {
        let table = try settings(text, file: file, overrides: overrides)
        return Manifest(SettingReader(table, directory: directory), resolvedText: table.yaml)
    }

    /// The checked and completed settings of a manifest's text.
    static func settings(_ text: [UInt8], file: String, overrides: [Override] = []) throws(ManifestError) -> Setting {
        var diagnostics = Diagnostics()
        guard var root = NodeParser.parse(text, into: &diagnostics) else {
            throw .invalid(file: file, diagnostics.sorted)
        }
        Overrides.apply(overrides, to: &root, &diagnostics)
        var walk = SchemaWalk(diagnostics)
        let table = walk.whole(root)
        walk.checkAcrossKeys()
        guard walk.diagnostics.all.isEmpty else { throw .invalid(file: file, walk.diagnostics.sorted) }
        return table
    }

    /// The same with values of the command line.
    package static func parse(_ text: [UInt8], file: String, directory: String, overrides: [String])
        throws(ManifestError)
        -> Manifest
    {
        try parse(text, file: file, directory: directory, overrides: overrides.map { Override($0) })
    }

    /// Categories that the manifest names and a data set lacks, each with the key path that names it and, if one is
    /// near, the name that may be meant. For the moment the data set is known.
    package func unknownCategories(among known: [String], auxiliary others: [String] = []) -> [String] {
        let either = known + others
        let mentions: [(path: String, names: [String], known: [String])] = [
            ("dataset.categories", dataset.categories ?? [], known),
            ("dataset.objects", dataset.objects.keys.sorted(), either),
            ("auxiliary.categories", auxiliary?.categories ?? [], others),
            ("foreground.overrides", foreground.overrides.keys.sorted(), either),
            ("generation.overrides", generation.overrides.keys.sorted(), either),
        ]
        return mentions.flatMap { path, names, known in
            names.filter { !known.contains($0) }.map {
                "\(path): the data set has no category \(shown($0))" + Suggestion.text(for: $0, among: known)
            }
        }
    }
}
