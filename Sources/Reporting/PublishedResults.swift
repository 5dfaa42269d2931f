package import DetectorEvaluation

/// What someone else published for the same data set and shots, set beside a run's own results.
package struct PublishedResults: Sendable, Equatable {
    package struct Figure: Sendable, Equatable {
        /// Fraction of 1.
        package var mean: Double
        package var standardDeviation: Double?
        /// Whether the figure is not what the column's heading says; then it is marked and never the best.
        package var isMarked: Bool
        package init(mean: Double, standardDeviation: Double? = nil, isMarked: Bool = false) {
            (self.mean, self.standardDeviation, self.isMarked) = (mean, standardDeviation, isMarked)
        }
    }
    package typealias Figures = [DetectionMetric: Figure]

    /// Another method's averages over all categories.
    package struct Method: Sendable, Equatable {
        package var name: String
        package var average: Figures
        package init(name: String, average: Figures) { (self.name, self.average) = (name, average) }
    }

    /// Short name for the tables, e.g. "paper".
    package var source: String
    /// Where the figures stand, e.g. "Table 6".
    package var reference: String
    package var setting: ModelSetting
    /// As in ``EvaluationProtocol/auxiliary``.
    package var auxiliary: String
    package var categories: [String: Figures]
    /// As stated, over all ``categories``.
    package var average: Figures
    /// In the publication's order.
    package var methods: [Method]
    /// Where ``methods`` stand, e.g. "Table 1".
    package var methodReference: String
    /// Known errors of the figures, to be shown under the table.
    package var notes: [String]
    /// The meaning of the mark, if a method has marked figures.
    package var markNote: String?

    package init(
        source: String, reference: String, setting: ModelSetting, auxiliary: String, categories: [String: Figures],
        average: Figures,
        methods: [Method] = [], methodReference: String = "", notes: [String] = [], markNote: String? = nil
    ) {
        (self.source, self.reference, self.setting, self.auxiliary) = (source, reference, setting, auxiliary)
        (self.categories, self.average, self.notes) = (categories, average, notes)
        (self.methods, self.methodReference, self.markNote) = (methods, methodReference, markNote)
    }

    /// The average over some categories: the stated one if these are all categories, else the mean of their rows,
    /// without a deviation; nil if a category has no figure.
    func average(_ metric: DetectionMetric, over names: Set<String>) -> Figure? {
        if names == Set(categories.keys) { return average[metric] }
        let means = names.sorted().map { categories[$0]?[metric]?.mean }
        guard !means.isEmpty, !means.contains(nil) else { return nil }
        return Figure(mean: means.compactMap(\.self).reduce(0, +) / Double(means.count))
    }
}
