/// The image-level metrics: one score per test image, all images of one category together (good ones included).
///
///     var images = ImageEvaluation()
///     try images.add(score: 0.7, anomalous: true)
///     try images.add(score: 0.2, anomalous: false)
///     images.results().auroc                              // 1.0
package struct ImageEvaluation: Sendable {
    private var samples: [(score: Double, anomalous: Bool)] = []

    package init() {}

    /// Takes one image.
    ///
    /// - Throws: ``MetricError/notFinite(where:)`` for a NaN or infinite score; `name` says which image.
    package mutating func add(score: Double, anomalous: Bool, name: String = "image score") throws(MetricError) {
        guard score.isFinite else { throw .notFinite(where: name) }
        samples.append((score, anomalous))
    }

    /// I-AUROC, I-F1max and the average precision of the images added so far.
    package func results() -> RankingMetrics { evaluate().metrics }

    /// Points of the ROC: the share of good images and that of defective ones at or above a score. Empty where a class
    /// is missing.
    package func roc() -> [CurvePoint] { evaluate().roc }

    private func evaluate() -> (metrics: RankingMetrics, roc: [CurvePoint]) {
        let positives = samples.count { $0.anomalous }, negatives = samples.count - positives
        var accumulator = RankingAccumulator(positives: positives, negatives: negatives)
        var outline = CurveOutline()
        let falling = samples.sorted { $0.score > $1.score }
        var start = 0
        while start < falling.count {
            let score = falling[start].score
            var end = start
            var anomalous = 0
            while end < falling.count, falling[end].score == score {
                anomalous += falling[end].anomalous ? 1 : 0
                end += 1
            }
            accumulator.add(positives: anomalous, negatives: end - start - anomalous, threshold: score)
            start = end
            guard positives > 0, negatives > 0 else { continue }
            outline.add(
                x: Double(accumulator.falsePositives) / Double(negatives),
                y: Double(accumulator.truePositives) / Double(positives))
        }
        return (accumulator.metrics(), positives > 0 && negatives > 0 ? outline.points : [])
    }
}
