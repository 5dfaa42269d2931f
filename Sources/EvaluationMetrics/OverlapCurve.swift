/// The area under the exact PRO curve, summed up from the highest score down.
///
/// *Source*: MVTec AD's official evaluation: the points (false-positive rate, mean region recall) at every distinct
/// score, joined by straight lines, cut at the rate limit by linear interpolation, the area divided by the limit.
struct OverlapCurve {
    private let limit: Double
    private let regions: Double
    private(set) var falsePositives = 0.0
    private(set) var recallSum = 0.0
    private var area = 0.0

    init(regions: Int, negatives: Int) {
        self.regions = Double(regions)
        self.limit = PROVariant.rateLimit * Double(negatives)
    }

    /// Takes the pixels of one score: `n` good ones, and defect pixels that add `gain` to the sum of the regions'
    /// recalls.
    mutating func add(negatives n: Int, gain: Double) {
        let after = recallSum + gain
        if n > 0, falsePositives < limit {
            let end = min(falsePositives + Double(n), limit)
            let recallAtEnd = recallSum + gain * (end - falsePositives) / Double(n)
            area += (end - falsePositives) * (recallSum + recallAtEnd) / 2
        }
        falsePositives += Double(n)
        recallSum = after
    }

    /// PRO as a fraction of 1, or nil without regions or without good pixels.
    var value: Double? {
        regions > 0 && limit > 0 ? area / (limit * regions) : nil
    }
}

/// The PRO of the variants that sample the curve at 200 equally spaced thresholds.
enum SampledOverlap {
    struct Point {
        var rate: Double
        var recall: Double
    }

    /// The thresholds, falling: the score range in 200 equal steps, from one end.
    static func thresholds(_ variant: PROVariant, least: Double, greatest: Double) -> [Double] {
        let step = (greatest - least) / Double(PROVariant.steps)
        return switch variant {
        case .exact: []
        case .winCLIP: (0..<PROVariant.steps).map { greatest - Double($0) * step }
        case .cflow, .rd4ad: (0..<PROVariant.steps).reversed().map { least + Double($0) * step }
        }
    }

    /// The area under the chosen points by the trapezoidal rule.
    ///
    /// - Parameter points: rising in rate.
    /// - Returns: nil where fewer than two points are chosen or their rates span nothing; the original programs fail or
    ///   divide by zero there.
    static func value(_ variant: PROVariant, points: [Point]) -> Double? {
        let chosen = points.filter {
            variant == .winCLIP ? $0.rate <= PROVariant.rateLimit : $0.rate < PROVariant.rateLimit
        }
        guard chosen.count > 1, let first = chosen.first, let last = chosen.last else { return nil }
        let origin = variant == .rd4ad ? 0 : first.rate
        let span = last.rate - origin
        guard span > 0 else { return nil }
        var area = 0.0
        for (one, other) in zip(chosen, chosen.dropFirst()) {
            area += (other.rate - one.rate) / span * (one.recall + other.recall) / 2
        }
        return area
    }
}
