package import AnomalyDatasets
import DetectorEvaluation

extension PublishedResults {
    /// *Source*: paper, section 5.1: five runs, a single one at full shot.
    package static let seeds = 5

    /// *Source*: paper, section 5: VLAD is one model for all categories; each data set is auxiliary to the other.
    package init(_ results: PaperResults, notes: [String]) {
        self.init(
            source: "paper", reference: "Table \(results.table)", setting: .multiClass,
            auxiliary: results.dataset == .mvtec ? PublishedDataset.visa.title : PublishedDataset.mvtec.title,
            categories: Dictionary(
                results.categories.map { ($0.name, Self.figures($0)) }, uniquingKeysWith: { first, _ in first }),
            average: results.average.map(Self.figures) ?? [:],
            methods: results.others.map { Method(name: $0.name, average: Self.figures($0)) },
            methodReference: "Table \(results.methodTable)",
            notes: results.notes + notes, markNote: results.averagePrecisionNote)
    }

    /// The paper's tables are in percent with one decimal: 74.9 is to become 0.749, the nearest `Double`.
    private static func fraction(_ percent: Double) -> Double { (percent * 10).rounded() / 1000 }

    private static func figures(_ row: PaperResults.Row) -> Figures {
        Dictionary(
            uniqueKeysWithValues: DetectionMetric.allCases.compactMap { metric in
                row[metric.rawValue].map {
                    (
                        metric,
                        Figure(
                            mean: fraction($0.mean), standardDeviation: $0.deviation.map(fraction),
                            isMarked: $0.isAveragePrecision)
                    )
                }
            })
    }
}
