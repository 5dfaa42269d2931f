/// The written forms of a run's results; all from the same tables, so that they can't disagree.
package struct RunReport: Sendable {
    package let results: RunResults
    package let tables: [ReportTable]
    package let pictureTables: [PictureTable]

    package init(_ results: RunResults) {
        self.results = results
        tables = results.shots.map { ReportTable($0, published: results.published[$0.shots]) }
        pictureTables = results.shots.compactMap { PictureTable($0) }
    }

    /// "Untrained weights: …", the first line of every form that people read; nil when all models are trained.
    package var untrainedLine: String? {
        guard !results.untrainedWeights.isEmpty else { return nil }
        return
            "Untrained weights: \(results.untrainedWeights.joined(separator: "; ")). The figures show that the program runs, nothing else."
    }

    package static let unit = "Percent; the better of own and published in bold; – is not defined (one class only)."

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
            parts.append("## \(table.title)\n\n\(table.markdown)\n\(notes)\n")
        }
        for table in pictureTables { parts.append("## \(table.title)\n\n\(table.markdown)\n\(PictureTable.note)\n") }
        parts.append("## Protocol\n\n" + results.facts.notes.map { "* \($0)\n" }.joined())
        return parts.joined(separator: "\n")
    }

    /// What the program prints on standard output.
    package var terminal: String {
        var parts: [String] = []
        if let untrainedLine { parts.append(untrainedLine + "\n") }
        parts += tables.map(\.terminal)
        parts.append("PRO: \(results.facts.proTitle). F1-max: threshold chosen on the test pictures.\n")
        return parts.joined(separator: "\n")
    }

    /// `metrics.csv`.
    package var csv: String { ReportTable.csv(tables) }
}
