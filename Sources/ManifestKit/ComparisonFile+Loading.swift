extension ComparisonFile {
    /// Reads and checks a comparison; the manifests that it names are not opened.
    ///
    /// - Parameter path: the file, named in messages as it is given here.
    /// - Throws: `ManifestError`; `.invalid` lists everything that is wrong.
    package static func load(path: String) throws(ManifestError) -> ComparisonFile {
        try parse(try Manifest.bytes(path: path), file: path)
    }

    /// Checks the text of a comparison.
    ///
    /// - Parameter file: what messages call it; the folder of this path is where relative paths begin.
    package static func parse(_ text: [UInt8], file: String) throws(ManifestError) -> ComparisonFile {
        var diagnostics = Diagnostics()
        guard let root = NodeParser.parse(text, noun: DocumentType.comparison.noun, into: &diagnostics) else {
            throw .invalid(file: file, withHint(diagnostics.sorted, text))
        }
        var walk = SchemaWalk(diagnostics, document: .comparison)
        let table = walk.whole(root)
        guard walk.diagnostics.all.isEmpty else { throw .invalid(file: file, walk.diagnostics.sorted) }
        return ComparisonFile(SettingReader(table, directory: folder(of: file)), walk: walk, file: file)
    }

    /// `[sampling.seeds=[0, 1]]` is no YAML: brackets end a word inside brackets.
    private static func withHint(_ diagnostics: [Diagnostic], _ text: [UInt8]) -> [Diagnostic] {
        let written = String(decoding: text, as: UTF8.self)
        guard written.contains("=[") || written.contains("={") else { return diagnostics }
        return diagnostics.map { diagnostic in
            guard diagnostic.message.hasPrefix("not YAML") else { return diagnostic }
            var longer = diagnostic
            longer.message += "; an override with brackets wants quotes: [\"sampling.seeds=[0, 1]\"]"
            return longer
        }
    }

    /// The folder's path with its last slash, as written; empty for a bare name.
    private static func folder(of file: String) -> String {
        file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
    }

    private init(_ root: SettingReader, walk: SchemaWalk, file: String) {
        func place(_ path: String) -> String {
            guard case .file(let line, let column) = walk.location(path) else { return file }
            return "\(file):\(line):\(column)"
        }
        func overrides(_ section: SettingReader, _ path: String) -> [Override] {
            section.texts("set").enumerated().map { Override($1, origin: place("\(path)[\($0)]") + ": set") }
        }
        func located(_ written: String) -> String {
            written.hasPrefix("/") ? written : Self.folder(of: file) + written
        }
        let common = root.text("manifest")
        self.init(
            name: root.text("name"), manifest: common, set: overrides(root, "set"),
            groups: root.orderedTexts("groups").map { name, categories in
                Group(
                    name: name, categories: categories,
                    places: categories.indices.map { walk.location("groups.\(name)[\($0)]") })
            },
            pairs: root.boolean("pairs"),
            rows: root.tables("rows").enumerated().map { index, row in
                let own = row.has("manifest") ? row.text("manifest") : nil
                return Row(
                    name: row.text("name"), ownManifest: own, manifestFile: located(own ?? common),
                    manifestPlace: place(own == nil ? "manifest" : "rows[\(index)].manifest"),
                    set: overrides(row, "rows[\(index)].set"))
            }, file: file)
    }
}
