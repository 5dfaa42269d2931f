import ParameterKit

extension ComparisonFile {
    /// Reads and checks a comparison; the manifests that it names are not opened.
    ///
    /// - Parameter path: the file, named in messages as it is given here.
    /// - Throws: `ManifestError`; `.invalid` lists everything that is wrong.
    package static func load(path: String) throws(ManifestError) -> ComparisonFile {
        try parse(try DocumentReader.bytes(path: path), file: path)
    }

    /// Checks the text of a comparison.
    ///
    /// - Parameter file: the file's name in messages; relative paths begin in the folder of this path.
    package static func parse(_ text: [UInt8], file: String) throws(ManifestError) -> ComparisonFile {
        let read: ReadDocument<ComparisonKeys> = try DocumentReader.read(
            text, file: file, directory: folder(of: file), as: ComparisonKeys.document, hint: { withHint($0, text) })
        return ComparisonFile(read, file: file)
    }

    /// `[sampling.seeds=[0, 1]]` is not valid YAML: a bracket ends a word inside brackets.
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

    private init(_ read: ReadDocument<ComparisonKeys>, file: String) {
        func place(_ path: String) -> String {
            guard case .file(let line, let column) = read.location(path) else { return file }
            return "\(file):\(line):\(column)"
        }
        func overrides(_ set: [String], _ path: String) -> [Override] {
            set.enumerated().map { Override($1, origin: place("\(path)[\($0)]") + ": set") }
        }
        func located(_ written: String) -> String {
            written.hasPrefix("/") ? written : Self.folder(of: file) + written
        }
        let keys = read.root
        self.init(
            name: keys.name, manifest: keys.manifest.written, set: overrides(keys.set, "set"),
            groups: keys.groups.entries.map { group in
                Group(
                    name: group.name, categories: group.value,
                    places: group.value.indices.map { read.location("groups.\(group.name)[\($0)]") })
            },
            pairs: keys.pairs,
            rows: keys.rows.enumerated().map { index, row in
                Row(
                    name: row.name, ownManifest: row.manifest?.written,
                    manifestFile: located(row.manifest?.written ?? keys.manifest.written),
                    manifestPlace: place(row.manifest == nil ? "manifest" : "rows[\(index)].manifest"),
                    detector: row.detector,
                    place: place(row.detector == nil ? "rows[\(index)]" : "rows[\(index)].detector"),
                    set: overrides(row.set, "rows[\(index)].set"))
            }, file: file)
    }
}
