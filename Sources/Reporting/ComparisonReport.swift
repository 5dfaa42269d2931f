/// The written forms of a comparison. All are made from the same tables, so that they can't disagree.
package struct ComparisonReport: Sendable {
    package let comparison: Comparison
    /// By part, then shot count, then group.
    package let tables: [ComparisonTable]

    package init(_ comparison: Comparison) {
        self.comparison = comparison
        let shots: [String?] = comparison.shots.isEmpty ? [nil] : comparison.shots
        tables = ComparisonPart.allCases.filter { comparison.shows($0) }.flatMap { part in
            shots.flatMap { count in
                comparison.groups.map { ComparisonTable(comparison, group: $0, shots: count, part: part) }
            }
        }
    }

    /// The warning in the first line of readable forms; nil if no report mentions untrained models.
    package var untrainedLine: String? {
        var phrases: [String] = []
        for phrase in comparison.rows.flatMap({ $0.measured?.untrainedWeights ?? [] }) where !phrases.contains(phrase) {
            phrases.append(phrase)
        }
        guard !phrases.isEmpty else { return nil }
        return
            "Untrained weights: \(phrases.joined(separator: "; ")). The figures show that the program runs, nothing else."
    }

    /// A remark on a row that isn't in the tables.
    private func remark(_ row: Comparison.Row) -> String? {
        switch row.state {
        case .failed: "failed"
        case .incomplete: "some of its pictures could not be made"
        case .done: row.measured == nil ? "no detector (`training: none`), so no report" : nil
        }
    }

    private static let reading = [
        "Each value is the mean over a group's categories for each seed; ± is the population standard deviation over the seeds.",
        "A difference is taken seed by seed, over the categories of the group that both rows have a value for, and then averaged; "
            + "percentages differ in points.",
        "Bold is the best of a column, where more or less is better and the rows are not alike: shares of changed and recognised "
            + "pictures, IoU and all metrics of the detector (more), change outside the label (less).",
        "– is not defined, or not measured.",
    ]

    /// `comparison.md`.
    package var markdown: String {
        var parts: [String] = []
        if let untrainedLine { parts.append("**\(untrainedLine)**\n") }
        parts.append("# \(comparison.name)\n")
        parts.append("Manifest: `\(comparison.manifest)`" + Self.list(comparison.overrides, ", all rows with ") + "\n")
        parts.append(
            comparison.rows.enumerated().map { number, row in
                var text = "\(number + 1). \(row.name)"
                if let manifest = row.manifest { text += ", manifest `\(manifest)`" }
                if let detector = row.detector { text += ", detector `\(detector)`" }
                text += Self.list(row.overrides, ": ")
                return text + (remark(row).map { " (\($0))" } ?? "") + "\n"
            }.joined())
        for part in ComparisonPart.allCases where comparison.shows(part) {
            let unit = part.commonUnit == .percent ? ["Percent."] : []
            parts.append("## \(part.title)\n")
            for table in tables where table.part == part {
                let notes = (table.notes + unit).joined(separator: " ")
                parts.append("### \(table.title)\n\n\(table.markdown)" + (notes.isEmpty ? "" : "\n\(notes)\n"))
            }
        }
        parts.append("## How to read it\n\n" + Self.reading.map { "* \($0)\n" }.joined())
        return parts.joined(separator: "\n")
    }

    /// "`a=1`, `b=2`" behind a lead; nothing for none.
    private static func list(_ overrides: [String], _ lead: String) -> String {
        overrides.isEmpty ? "" : lead + overrides.map { "`\($0)`" }.joined(separator: ", ")
    }

    /// What the program prints on standard output.
    package var terminal: String {
        var parts: [String] = []
        if let untrainedLine { parts.append(untrainedLine + "\n") }
        parts += tables.map(\.terminal)
        let remarks = comparison.rows.compactMap { row in remark(row).map { "\(row.name): \($0)\n" } }
        if !remarks.isEmpty { parts.append(remarks.joined()) }
        return parts.joined(separator: "\n")
    }

    /// `comparison.csv` (RFC 4180): one value a line, fractions of 1 or grey levels with every digit, empty where not
    /// defined. Rows without a report have no lines.
    package var csv: String {
        var lines = [["shots", "group", "row", "metric", "seed", "value"]]
        for part in ComparisonPart.allCases where comparison.shows(part) {
            for shots in comparison.shots {
                for group in comparison.groups {
                    for row in comparison.rows {
                        for metric in part.metrics {
                            let series = comparison.means(row, metric.key, of: group, shots: shots, part: part)
                            for (seed, value) in zip(series.seeds, series.values) {
                                let text = value.map { "\($0)" } ?? ""
                                lines.append([shots, group.name, row.name, metric.key, "\(seed)", text])
                            }
                        }
                    }
                }
            }
        }
        return lines.map { $0.map(ReportTable.quoted).joined(separator: ",") + "\r\n" }.joined()
    }
}
