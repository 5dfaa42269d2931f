import DetectorEvaluation

/// How a detector does on the test pictures at the threshold that held-aside pictures gave: categories down.
package struct DecisionTable: Sendable, Equatable {
    package struct Row: Sendable, Equatable {
        package var category: String
        package var isAverage: Bool
        /// One per head behind the first, as it is shown.
        package var cells: [String]
    }

    package var title: String
    /// "category" and the columns' names.
    package var heads: [String]
    package var rows: [Row]
    package var note: String

    /// - Parameter detector: its name where a report has several.
    /// - Returns: nil where nothing was held aside.
    package init?(_ results: ShotResults, detector: String? = nil) {
        guard results.categories.contains(where: { !$0.decisions.isEmpty }) else { return nil }
        title = (detector.map { "\($0), " } ?? "") + "\(results.title), defective or not"
        heads = ["category", "threshold"] + DecisionFigure.allCases.map(\.title) + [DetectionMetric.imageF1Max.title]
        rows = results.categories.map { category in
            Row(
                category: category.name, isAverage: false,
                cells: [Self.threshold(category.decisions)]
                    + DecisionFigure.allCases.map { Self.cell(results.statistics(category, $0)) }
                    + [Self.cell(results.statistics(category, .imageF1Max))])
        }
        rows.append(
            Row(
                category: ReportTable.averageName, isAverage: true,
                cells: [""] + DecisionFigure.allCases.map { Self.cell(results.average($0)) }
                    + [Self.cell(results.average(.imageF1Max))]))
        note = ([Self.note] + Self.sources(results)).joined(separator: " ")
    }

    private static let note = """
        Percent, of the real test pictures. The threshold is from pictures that were held aside from the fit, none of them of the test split; F1-max \
        chooses its own on the test pictures themselves, and is what no threshold exceeds. Precision: the share of flagged pictures that are defective. \
        Recall: the share of defective pictures that are flagged.
        """

    /// Where each threshold is from; what holds for several categories is said once.
    private static func sources(_ results: ShotResults) -> [String] {
        var names: [(phrase: String, categories: [String])] = []
        for category in results.categories {
            for phrase in Set(category.decisions.map(\.threshold.phrase)).sorted() {
                if let place = names.firstIndex(where: { $0.phrase == phrase }) {
                    names[place].categories.append(category.name)
                } else {
                    names.append((phrase, [category.name]))
                }
            }
        }
        return names.map { "\($0.categories.joined(separator: ", ")): \($0.phrase)." }
    }

    private static func threshold(_ decisions: [ShotResults.Decision]) -> String {
        let values = decisions.map { $0.threshold.value.map { PlainNumber.short($0) } ?? "–" }
        return values.count > 3 ? "\(values.count) seeds" : values.joined(separator: ", ")
    }

    /// "94.9 ± 0.4"; one number with one seed; "–" where not defined.
    private static func cell(_ measured: SeedStatistics) -> String {
        guard let mean = measured.mean else { return "–" }
        let deviation = measured.values.count > 1 ? measured.standardDeviation : nil
        return FigureUnit.percent.text(mean) + (deviation.map { " ± " + FigureUnit.percent.text($0) } ?? "")
    }

    /// A GitHub-flavoured Markdown table.
    package var markdown: String {
        let lines =
            ["| " + heads.joined(separator: " | ") + " |", "|---|" + String(repeating: "--:|", count: heads.count - 1)]
            + rows.map { "| " + ([ReportTable.escaped($0.category)] + $0.cells).joined(separator: " | ") + " |" }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Column-aligned text for a terminal.
    package var terminal: String {
        let body = [[""] + heads.dropFirst()] + rows.map { [$0.category] + $0.cells }
        let widths = heads.indices.map { column in body.map { $0[column].count }.max() ?? 0 }
        let lines = body.map { fields in
            fields.indices.map { column in
                let space = String(repeating: " ", count: widths[column] - fields[column].count)
                return column == 0 ? fields[column] + space : space + fields[column]
            }.joined(separator: "  ").trimmingSuffix(" ")
        }
        return (["\(title) (percent)"] + lines).joined(separator: "\n") + "\n"
    }
}

/// What is measured at a threshold, in the order of tables.
package enum DecisionFigure: String, Sendable, CaseIterable {
    case precision, recall, f1

    var title: String {
        switch self {
        case .precision: "precision"
        case .recall: "recall"
        case .f1: "F1"
        }
    }

    func value(_ outcome: DecisionOutcome) -> Double? {
        switch self {
        case .precision: outcome.precision
        case .recall: outcome.recall
        case .f1: outcome.f1
        }
    }
}

extension ShotResults {
    package func statistics(_ category: Category, _ figure: DecisionFigure) -> SeedStatistics {
        SeedStatistics(category.decisions.map { $0.outcome.flatMap(figure.value) })
    }

    /// Per seed the mean over the categories in which the figure is defined, then statistics over the seeds.
    package func average(_ figure: DecisionFigure) -> SeedStatistics {
        SeedStatistics(
            seeds.indices.map { seed in
                SeedStatistics(
                    categories.map { category in
                        guard seed < category.decisions.count else { return nil }
                        return category.decisions[seed].outcome.flatMap(figure.value)
                    }
                ).mean
            })
    }
}
