/// The metrics of one ranking of scores against two classes, defective (positive) and good (negative).
///
/// Each is a fraction of 1 and **nil where it is not defined**: when either class is missing, no threshold separates
/// anything.
package struct RankingMetrics: Sendable, Equatable {
    /// How many defective samples (images or pixels) there are.
    package var positives: Int
    /// How many good samples there are.
    package var negatives: Int
    /// Area under the receiver operating characteristic: the share of (defective, good) pairs ranked rightly, ties
    /// counted half.
    package var auroc: Double?
    /// The largest F1 = 2PR/(P + R) over every distinct score used as threshold (defective: score ≥ threshold).
    ///
    /// The threshold is chosen on the very samples that are scored: a report must say so.
    package var f1Max: Double?
    /// The highest threshold that reaches `f1Max`.
    package var f1Threshold: Double?
    /// Average precision: Σ (Rₙ − Rₙ₋₁) Pₙ over the distinct scores, falling.
    package var averagePrecision: Double?
}

/// Sums up ``RankingMetrics`` while it is told, from the highest score down, how many samples of each class share a
/// score.
///
/// *Source*: the exact curves of scikit-learn's `roc_auc_score`, `precision_recall_curve` and
/// `average_precision_score`, which merge equal scores to one threshold. Counts are integers, so the AUROC is one
/// division of exact sums.
struct RankingAccumulator {
    let positives: Int
    let negatives: Int
    private(set) var truePositives = 0
    private(set) var falsePositives = 0
    /// Twice the number of rightly ranked pairs, ties counting one. Below 2⁶³ for up to 2³² samples.
    private var twiceRankedPairs: UInt64 = 0
    private var bestF1 = -1.0
    private var bestThreshold = 0.0
    private var precisionSum = 0.0

    init(positives: Int, negatives: Int) {
        (self.positives, self.negatives) = (positives, negatives)
    }

    /// Takes the samples that share one score, lower than every score before. `threshold` is that score.
    mutating func add(positives p: Int, negatives n: Int, threshold: @autoclosure () -> Double) {
        twiceRankedPairs += UInt64(n) * UInt64(2 * truePositives + p)
        truePositives += p
        falsePositives += n
        // Without positives the recall stays: neither the average precision nor the best F1 can gain.
        guard p > 0 else { return }
        precisionSum += Double(p) * Double(truePositives) / Double(truePositives + falsePositives)
        let f1 = 2 * Double(truePositives) / Double(truePositives + falsePositives + positives)
        if f1 > bestF1 {
            (bestF1, bestThreshold) = (f1, threshold())
        }
    }

    /// The metrics, once every sample was added.
    func metrics() -> RankingMetrics {
        var metrics = RankingMetrics(positives: positives, negatives: negatives)
        guard positives > 0, negatives > 0 else { return metrics }
        metrics.auroc = Double(twiceRankedPairs) / (2 * Double(positives) * Double(negatives))
        metrics.f1Max = bestF1
        metrics.f1Threshold = bestThreshold
        metrics.averagePrecision = precisionSum / Double(positives)
        return metrics
    }
}
