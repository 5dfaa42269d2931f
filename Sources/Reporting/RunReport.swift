package import ParameterKit

/// The written forms of a run's results. All are made from the same tables, so that they can't disagree.
package struct RunReport: Sendable {
    /// Results of the first detector; everything that isn't about a detector is the same in all.
    package let results: RunResults
    /// Of every detector, in the manifest's order.
    package let all: [RunResults]
    package let tables: [ReportTable]
    package let pictureTables: [PictureTable]
    package let regionTables: [RegionTable]
    /// Of each detector and shot count for which pictures were held aside.
    package let decisionTables: [DecisionTable]

    /// - Parameter others: the same run judged by other detectors.
    package init(_ results: RunResults, others: [RunResults] = []) {
        self.results = results
        let all = [results] + others
        self.all = all
        tables = all.flatMap { one in
            one.shots.map {
                ReportTable(
                    $0, published: one.published[$0.shots], facts: one.facts,
                    detector: all.count > 1 ? one.detector : nil)
            }
        }
        decisionTables = all.flatMap { one in
            one.shots.compactMap { DecisionTable($0, detector: all.count > 1 ? one.detector : nil) }
        }
        pictureTables = results.shots.flatMap { PictureTable.tables($0, quality: results.quality) }
        regionTables = results.shots.compactMap { RegionTable($0) }
    }

    /// `metrics.json`: the first detector's, and where there are several all of them by name under `detectors`.
    package var json: JSONValue {
        guard all.count > 1, var members = results.json.object else { return results.json }
        members["detectors"] = .object(
            Dictionary(all.map { ($0.detector, $0.json) }, uniquingKeysWith: { first, _ in first }))
        return .object(members)
    }

    /// How the figures were made; a sentence that holds for every detector appears once.
    package var notes: [String] {
        all.flatMap { $0.facts.notes }.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// "Untrained weights: …", the first line of every form that people read; nil when all models are trained.
    package var untrainedLine: String? { Self.untrainedLine(results.untrainedWeights) }

    static func untrainedLine(_ weights: [String]) -> String? {
        guard !weights.isEmpty else { return nil }
        return
            "Untrained weights: \(weights.joined(separator: "; ")). The figures show that the program runs, nothing else."
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
        for table in decisionTables { parts.append("## \(table.title)\n\n\(table.markdown)\n\(table.note)\n") }
        for table in pictureTables { parts.append("## \(table.title)\n\n\(table.markdown)\n\(table.note)\n") }
        for table in regionTables { parts.append("## \(table.title)\n\n\(table.markdown)\n\(RegionTable.note)\n") }
        parts.append("## Protocol\n\n" + notes.map { "* \($0)\n" }.joined())
        return parts.joined(separator: "\n")
    }

    /// What the program prints on standard output.
    package var terminal: String {
        var parts: [String] = []
        if let untrainedLine { parts.append(untrainedLine + "\n") }
        parts += tables.map(\.terminal)
        parts += decisionTables.map(\.terminal)
        // Most notes are those of every table.
        let notes = tables.flatMap(\.notes).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        if !notes.isEmpty { parts.append(notes.map { "\($0)\n" }.joined()) }
        parts.append("PRO: \(results.facts.proTitle). F1-max: threshold chosen on the test pictures.\n")
        return parts.joined(separator: "\n")
    }

    /// `metrics.csv`.
    package var csv: String { ReportTable.csv(tables, facts: results.facts) }
}
