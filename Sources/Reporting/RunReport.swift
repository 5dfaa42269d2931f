/// The written forms of a run's results; all from the same tables, so that they can't disagree.
package struct RunReport: Sendable {
    package let results: RunResults
    package let tables: [ReportTable]
    package let pictureTables: [PictureTable]

    package init(_ results: RunResults) {
        self.results = results
        tables = results.shots.map { ReportTable($0, published: results.published[$0.shots], facts: results.facts) }
        pictureTables = results.shots.flatMap { PictureTable.tables($0, quality: results.quality) }
    }

    /// "Untrained weights: …", the first line of every form that people read; nil when all models are trained.
    package var untrainedLine: String? {
        guard !results.untrainedWeights.isEmpty else { return nil }
        return
            "Untrained weights: \(results.untrainedWeights.joined(separator: "; ")). The figures show that the program runs, nothing else."
    }

    package static let unit =
        "Percent; in bold the best of the rows that can be compared; – is not defined (one class only), or not stated."

    /// `report.md`.
    package var markdown: String {
        var parts: [String] = []
        if let untrainedLine { parts.append("**\(untrainedLine)**\n") }
        parts.append("# \(results.name): \(results.facts.dataset)\n")
        if !results.warnings.isEmpty {
            parts.append("## Warnings\n\n" + results.warnings.map { "* \($0)\n" }.joined())
        }
        for table in tables {
            let notes = ([Self.unit] + table.notes).joined(separator: " ")
            let heading = ([table.title] + (table.protocolLine.map { ["\($0)."] } ?? [])).joined(separator: "\n\n")
            parts.append("## \(heading)\n\n\(table.markdown)\n\(notes)\n")
        }
        for table in pictureTables { parts.append("## \(table.title)\n\n\(table.markdown)\n\(table.note)\n") }
        parts.append("## Protocol\n\n" + results.facts.notes.map { "* \($0)\n" }.joined())
        return parts.joined(separator: "\n")
    }

    /// What the program prints on standard output.
    package var terminal: String {
        var parts: [String] = []
        if let untrainedLine { parts.append(untrainedLine + "\n") }
        parts += tables.map(\.terminal)
        // Most notes are those of every table.
        let notes = tables.flatMap(\.notes).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        if !notes.isEmpty { parts.append(notes.map { "\($0)\n" }.joined()) }
        parts.append("PRO: \(results.facts.proTitle). F1-max: threshold chosen on the test pictures.\n")
        return parts.joined(separator: "\n")
    }

    /// `metrics.csv`.
    package var csv: String { ReportTable.csv(tables, facts: results.facts) }
}
