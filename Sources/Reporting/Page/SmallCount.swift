import DetectorEvaluation

/// From how many pictures a figure means something. Where there are fewer, its cell says so.
package enum SmallCount {
    /// Of either class, for metrics of whole pictures.
    ///
    /// *Source*: the standard error of an AUROC of 0.9 from 10 good and 10 defective pictures is 0.07 (Hanley and
    /// McNeil 1982): a difference of several points between two such figures is chance.
    static let images = 10
    /// Defective ones, for metrics of pixels and regions, which are many but lie in few pictures (own choice).
    static let defective = 5
    /// Of either set, for KID: its unbiased estimate from a few dozen pictures scatters more than methods differ.
    ///
    /// *Source*: papers estimate it from subsets of 100 to 1,000 pictures (Bińkowski et al. 2018).
    static let distance = 100
    /// For the share of pictures that fit their own words (own choice).
    static let words = 20

    /// What a metric's cell says; nil: enough pictures, or no test pictures known.
    static func note(_ metric: DetectionMetric, _ counts: PictureCounts.Category?) -> String? {
        guard let counts else { return nil }
        switch metric {
        case .imageAUROC, .imageF1Max, .imageAP:
            let few = [(counts.good, "good"), (counts.defective, "defective")].filter { $0.0 < images }
            return few.isEmpty ? nil : "too few: " + few.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
        case .pixelAUROC, .pixelF1Max, .pixelAP, .regionOverlap:
            return counts.defective < defective ? "too few: \(counts.defective) defective" : nil
        }
    }

    /// What a figure's cell says.
    static func note(_ figure: PictureFigure, _ counts: PictureCounts.Category?, shots: String) -> String? {
        guard let counts, let synthetic = counts.synthetic[shots] else { return nil }
        func pair(_ one: Int) -> String? {
            min(one, counts.defective) < distance ? "too few: \(one) against \(counts.defective)" : nil
        }
        switch figure {
        case .kid: return pair(synthetic)
        case .kidOfGood: return pair(counts.good)
        case .recognised: return synthetic < words ? "too few: \(synthetic)" : nil
        default: return nil
        }
    }
}

/// How many pictures figures are over.
package struct PictureCounts: Sendable, Equatable {
    package struct Category: Sendable, Equatable {
        /// Test pictures.
        package var good: Int
        package var defective: Int
        /// Shot count → synthetic pictures, of the seed with the fewest.
        package var synthetic: [String: Int]

        package init(good: Int, defective: Int, synthetic: [String: Int]) {
            (self.good, self.defective, self.synthetic) = (good, defective, synthetic)
        }
    }

    package var categories: [String: Category]

    package init(_ categories: [String: Category] = [:]) { self.categories = categories }

    /// All categories together: what an average rests on.
    var all: Category? {
        guard let first = categories.values.first else { return nil }
        return categories.values.dropFirst().reduce(first) { sum, one in
            Category(
                good: sum.good + one.good, defective: sum.defective + one.defective,
                synthetic: sum.synthetic.merging(one.synthetic, uniquingKeysWith: +))
        }
    }
}
