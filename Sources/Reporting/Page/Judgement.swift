package import DetectorEvaluation
package import EvaluationMetrics

/// How one detector judged one category's test pictures: scores, curves, results per kind of defect.
package struct Judgement: Sendable {
    /// One test picture's score.
    package struct Score: Sendable, Equatable {
        /// "good" for good ones.
        package var kind: String
        package var anomalous: Bool
        package var score: Double
        package init(kind: String, anomalous: Bool, score: Double) {
            (self.kind, self.anomalous, self.score) = (kind, anomalous, score)
        }
    }

    /// One kind of defect against all good pictures.
    package struct Kind: Sendable, Equatable {
        package var name: String
        package var pictures: Int
        /// Nil without good pictures.
        package var auroc: Double?
        /// Pictures that score at least the threshold of F1-max.
        package var found: Int?
    }

    package var category: String
    package var scores: [Score]
    package var metrics: MetricValues
    package var images: [CurvePoint]
    package var pixels: [CurvePoint]
    package var regions: [CurvePoint]
    /// The threshold that F1-max takes; nil with one class only.
    package let threshold: Double?
    /// In the order of their names.
    package let kinds: [Kind]

    /// - Parameters:
    ///   - metrics: of the category, as the tables show them.
    ///   - pixels: the ROC of pixels; empty where it is not defined, as `regions` is.
    ///   - regions: the exact PRO's curve.
    /// - Throws: `MetricError` for a score that is not finite.
    package init(
        category: String, scores: [Score], metrics: MetricValues, pixels: [CurvePoint], regions: [CurvePoint]
    ) throws(MetricError) {
        (self.category, self.scores, self.metrics) = (category, scores, metrics)
        (self.pixels, self.regions) = (pixels, regions)
        var all = ImageEvaluation()
        for one in scores { try all.add(score: one.score, anomalous: one.anomalous, name: category) }
        images = all.roc()
        threshold = all.results().f1Threshold
        let good = scores.filter { !$0.anomalous }
        var kinds: [Kind] = []
        for name in Set(scores.filter(\.anomalous).map(\.kind)).sorted() {
            let own = scores.filter { $0.anomalous && $0.kind == name }
            var evaluation = ImageEvaluation()
            for one in good + own { try evaluation.add(score: one.score, anomalous: one.anomalous, name: category) }
            let found = threshold.map { limit in own.count { $0.score >= limit } }
            kinds.append(Kind(name: name, pictures: own.count, auroc: evaluation.results().auroc, found: found))
        }
        self.kinds = kinds
    }

    var goodCount: Int { scores.count { !$0.anomalous } }

    /// Good pictures that score at least the threshold: false alarms.
    package var flaggedGood: Int? {
        threshold.map { limit in scores.count { !$0.anomalous && $0.score >= limit } }
    }
}
