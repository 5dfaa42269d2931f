/// One table of a comparison, ready to be written in any form: rows down, each but the first followed by its difference
/// to the first.
package struct ComparisonTable: Sendable, Equatable {
    package struct Cell: Sendable, Equatable {
        /// "84.0", "84.0 ± 1.2", or "–" where not defined.
        package var text: String
        /// Whether no other row's text shows a better value.
        package var best = false
    }

    package struct Line: Sendable, Equatable {
        package var label: String
        package var isDifference: Bool
        /// One a metric.
        package var cells: [Cell]
    }

    package var title: String
    package var part: ComparisonPart
    package var lines: [Line]
    /// What a reader must know, a sentence each.
    package var notes: [String]

    /// - Parameter shots: nil if no row has a report, so that shots and seeds are unknown.
    package init(_ comparison: Comparison, group: Comparison.Group, shots: String?, part: ComparisonPart) {
        self.part = part
        title = Self.title(comparison, group, shots, part)
        notes = []
        lines = []
        let count = shots ?? ""
        var means: [[SeedStatistics]] = []
        for (index, row) in comparison.rows.enumerated() {
            let own = part.metrics.map { comparison.means(row, $0.key, of: group, shots: count, part: part).statistics }
            means.append(own)
            lines.append(
                Line(
                    label: row.name, isDifference: false,
                    cells: zip(part.metrics, own).map { Self.cell($0, $1, signed: false) }))
            guard index > 0 else { continue }
            let differences = part.metrics.map {
                comparison.differences(row, $0.key, of: group, shots: count, part: part).statistics
            }
            guard differences.contains(where: { $0.mean != nil }) else { continue }
            lines.append(
                Line(
                    label: "difference", isDifference: true,
                    cells: zip(part.metrics, differences).map { Self.cell($0, $1, signed: true) }))
        }
        markBest(means)
        notes = self.notes(comparison, group, count)
    }

    private static func title(
        _ comparison: Comparison, _ group: Comparison.Group, _ shots: String?, _ part: ComparisonPart
    ) -> String {
        var parts = ["\(group.name) (\(group.categories.joined(separator: ", ")))"]
        if let shots, let seeds = comparison.rows.lazy.compactMap({ $0.measured?[shots]?.seeds }).first {
            parts.append("\(shots)-shot")
            parts.append((seeds.count == 1 ? "seed " : "seeds ") + seeds.map(String.init).joined(separator: ", "))
        }
        return parts.joined(separator: ", ")
    }

    private static func cell(_ metric: ComparisonMetric, _ statistics: SeedStatistics, signed: Bool) -> Cell {
        guard let mean = statistics.mean else { return Cell(text: "–") }
        var text = metric.text(mean, signed: signed)
        if statistics.values.count > 1, let deviation = statistics.standardDeviation {
            text += " ± " + metric.text(deviation)
        }
        return Cell(text: text)
    }

    private mutating func markBest(_ means: [[SeedStatistics]]) {
        let rows = lines.indices.filter { !lines[$0].isDifference }
        for (column, metric) in part.metrics.enumerated() where metric.better != .neither {
            let values = means.map { $0[column].mean }
            let defined = values.compactMap { $0 }
            // If all are equal, none is best.
            guard Set(defined.map { metric.text($0) }).count > 1,
                let best = metric.better == .higher ? defined.max() : defined.min()
            else { continue }
            for (place, value) in zip(rows, values) where value.map({ metric.text($0) }) == metric.text(best) {
                lines[place].cells[column].best = true
            }
        }
    }
}

extension ComparisonTable {
    private func notes(_ comparison: Comparison, _ group: Comparison.Group, _ shots: String) -> [String] {
        var notes: [String] = []
        if lines.contains(where: \.isDifference) {
            notes.append("Difference: to \(comparison.rows[0].name), paired by seed.")
        }
        notes += unpaired(comparison, shots) + undefined(comparison, group, shots)
        return notes
    }

    /// Rows whose seeds are not the first row's.
    private func unpaired(_ comparison: Comparison, _ shots: String) -> [String] {
        guard let base = comparison.rows.lazy.compactMap({ $0.measured?[shots]?.seeds }).first else { return [] }
        return comparison.rows.compactMap { row in
            guard let seeds = row.measured?[shots]?.seeds, seeds != base else { return nil }
            let common = seeds.count { base.contains($0) }
            return
                "\(row.name) has the seeds \(seeds.map(String.init).joined(separator: ", ")), of which \(common) have a pair."
        }
    }

    /// Categories that a row's means leave out although another row has a value there, so that the means aren't
    /// comparable.
    private func undefined(_ comparison: Comparison, _ group: Comparison.Group, _ shots: String) -> [String] {
        let measured = comparison.rows.compactMap { row in
            row.measured?[shots].map { (name: row.name, values: $0[part]) }
        }
        return part.metrics.flatMap { metric in
            func isWhole(_ values: ComparisonMeasurements.Values, _ category: String) -> Bool {
                values[category]?[metric.key]?.allSatisfy { $0 != nil } ?? false
            }
            return measured.compactMap { row -> String? in
                let absent = group.categories.filter { !isWhole(row.values, $0) }
                guard !absent.isEmpty,
                    row.values.values.contains(where: { $0[metric.key]?.contains { $0 != nil } == true }),
                    measured.contains(where: { other in absent.contains { isWhole(other.values, $0) } })
                else { return nil }
                return
                    "\(row.name): \(metric.title) has no value for \(absent.joined(separator: ", ")) with every seed; the mean "
                    + "leaves that out."
            }
        }
    }
}
