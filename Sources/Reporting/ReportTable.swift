package import DetectorEvaluation

/// One table of a report, ready to be written in any form: categories down, the metrics across. The published figures
/// are below each category's own, and other methods' averages are below the averages if they are over the same
/// categories.
package struct ReportTable: Sendable, Equatable {
    package struct Cell: Sendable, Equatable {
        package var mean: Double?
        /// nil with a single seed or where none was published.
        package var standardDeviation: Double?
        /// Whether it is the largest among comparable rows, to the printed digit.
        package var best = false
        /// Whether the figure is not what the column's heading says; a note under the table explains it.
        package var isMarked = false

        /// Percent with one decimal, as papers print it: "94.9 ± 0.4"; "–" where not defined.
        package var text: String {
            guard let mean else { return "–" }
            return Self.percent(mean) + (standardDeviation.map { " ± " + Self.percent($0) } ?? "")
                + (isMarked ? ReportTable.mark : "")
        }

        /// Tenths of a percent, as printed; papers' figures can't be compared more closely.
        fileprivate var tenths: Int? { mean.map(Self.tenths) }

        /// Rounded half up in decimal, independent of the locale.
        private static func tenths(_ value: Double) -> Int { Int((value * 1000).rounded()) }

        private static func percent(_ value: Double) -> String {
            let tenths = tenths(value)
            return "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
        }
    }

    package struct Row: Sendable, Equatable {
        /// Category, or "average".
        package var category: String
        /// "this run", the published row's source, or another method's name.
        package var source: String
        package var isOwn: Bool
        package var isAverage: Bool
        /// How many categories an average is over; 1 for a category.
        package var categoryCount = 1
        /// nil: not stated.
        package var setting: ModelSetting?
        package var auxiliary: String?
        /// One per metric.
        package var cells: [Cell]

        /// The row's head; for an average it includes the number of categories.
        package var label: String { isAverage ? "\(category) of \(categoryCount)" : category }
    }

    /// "1-shot", …
    package var shots: String
    package var title: String
    /// The detector's name where a report has several.
    package var detector: String?
    /// The run's protocol in one line; nil where others' maps are evaluated.
    package var protocolLine: String?
    /// The columns.
    package var metrics: [DetectionMetric]
    package var rows: [Row]
    package var notes: [String]

    package static let averageName = "average"
    package static let ownSource = "this run"
    package static let mark = "†"

    /// - Parameter facts: the protocol stated for the run's own rows.
    package init(
        _ results: ShotResults, published: PublishedResults?, facts: EvaluationProtocol? = nil,
        detector: String? = nil, metrics: [DetectionMetric] = DetectionMetric.reported
    ) {
        (shots, self.metrics, self.detector) = (results.shots, metrics, detector)
        let seeds = results.seeds.map(String.init).joined(separator: ", ")
        title =
            (detector.map { "\($0), " } ?? "")
            + "\(results.title), \(results.seeds.count == 1 ? "seed" : "seeds") \(seeds)"
        protocolLine = facts.map { "\(results.title), \($0.line)" }
        (rows, notes) = ([], [])
        for category in results.categories {
            let figures = published?.categories[category.name]
            append(category.name, published, figures, facts) { results.statistics(category, $0) }
        }
        appendAverages(results, published, facts)
        markBest()
    }

    private mutating func append(
        _ name: String, _ published: PublishedResults?, _ figures: PublishedResults.Figures?,
        _ facts: EvaluationProtocol?,
        average count: Int? = nil, _ statistics: (DetectionMetric) -> SeedStatistics
    ) {
        let cells = metrics.map { metric in
            let measured = statistics(metric)
            return Cell(
                mean: measured.mean, standardDeviation: measured.values.count > 1 ? measured.standardDeviation : nil)
        }
        rows.append(
            Row(
                category: name, source: Self.ownSource, isOwn: true, isAverage: count != nil, categoryCount: count ?? 1,
                setting: facts?.setting,
                auxiliary: facts?.auxiliary, cells: cells))
        if let published, let figures, !figures.isEmpty {
            rows.append(
                row(
                    name, published.source, figures, average: count, setting: published.setting,
                    auxiliary: published.auxiliary))
        }
    }

    private func row(
        _ name: String, _ source: String, _ figures: PublishedResults.Figures, average count: Int?,
        setting: ModelSetting? = nil,
        auxiliary: String? = nil
    ) -> Row {
        Row(
            category: name, source: source, isOwn: false, isAverage: count != nil, categoryCount: count ?? 1,
            setting: setting, auxiliary: auxiliary,
            cells: metrics.map { metric in
                let figure = figures[metric]
                return Cell(
                    mean: figure?.mean, standardDeviation: figure?.standardDeviation,
                    isMarked: figure?.isMarked ?? false)
            })
    }

    /// The run's own average, the published one for the same categories, and, if these are all categories, the averages
    /// of other methods.
    private mutating func appendAverages(
        _ results: ShotResults, _ published: PublishedResults?, _ facts: EvaluationProtocol?
    ) {
        let names = Set(results.categories.map(\.name))
        // A metric that isn't defined in some category is averaged over the others, in both rows.
        let defined = Dictionary(
            uniqueKeysWithValues: metrics.map { metric in
                (metric, Set(results.categories.filter { results.statistics($0, metric).mean != nil }.map(\.name)))
            })
        let figures = published.map { published in
            Dictionary(
                uniqueKeysWithValues: defined.compactMap { metric, over in
                    published.average(metric, over: over).map { (metric, $0) }
                })
        }
        append(Self.averageName, published, figures, facts, average: names.count) { results.average($0) }
        for metric in metrics {
            guard let over = defined[metric], !over.isEmpty, over != names else { continue }
            notes.append(
                "\(metric.title) is averaged over \(over.count) of the \(names.count) categories: in the others it is not defined."
            )
        }
        guard let published else { return }
        if names == Set(published.categories.keys) {
            for method in published.methods {
                rows.append(row(Self.averageName, method.name, method.average, average: names.count))
            }
        }
        notes += comparisonNotes(names, published, facts)
    }

    /// Where the published rows are from, and over what they are averaged.
    private func comparisonNotes(_ names: Set<String>, _ published: PublishedResults, _ facts: EvaluationProtocol?)
        -> [String]
    {
        var found = [
            "\(published.source): \(published.reference), \(published.setting.rawValue), auxiliary data: \(published.auxiliary)."
        ]
        let methods = published.methods.map(\.name).joined(separator: ", ")
        if names == Set(published.categories.keys) {
            if !methods.isEmpty {
                found.append("\(methods): as \(published.methodReference) of the \(published.source) has them.")
            }
            if published.methods.contains(where: { $0.average.values.contains { $0.isMarked } }),
                let note = published.markNote
            {
                found.append("\(Self.mark) \(note)")
            }
        } else if names.isSubset(of: published.categories.keys) {
            found.append(
                "The averages are over \(names.sorted().joined(separator: ", ")): the \(published.source)'s is the mean of its rows of these; what it states "
                    + "over all \(published.categories.count)\(methods.isEmpty ? "" : ", for itself and for \(methods),") is not comparable and left out."
            )
        } else {
            found.append("The \(published.source) has no average over these categories.")
        }
        return found + published.notes
    }

    /// Marks the largest figure of each column, in every category and among the averages, if there are at least two.
    private mutating func markBest() {
        for (name, isAverage) in rows.map({ ($0.category, $0.isAverage) }) {
            let group = rows.indices.filter { rows[$0].category == name && rows[$0].isAverage == isAverage }
            for column in metrics.indices {
                let candidates = group.filter { rows[$0].cells[column].mean != nil && !rows[$0].cells[column].isMarked }
                guard candidates.count > 1 else { continue }
                let best = candidates.compactMap { rows[$0].cells[column].tenths }.max()
                for index in candidates { rows[index].cells[column].best = rows[index].cells[column].tenths == best }
            }
        }
    }
}
