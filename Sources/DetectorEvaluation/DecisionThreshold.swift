/// From which image score on a picture counts as defective, found on pictures that the detector was not fitted on and
/// that are not of the test split.
package struct DecisionThreshold: Codable, Sendable, Equatable {
    package enum Rule: String, Codable, Sendable {
        /// The largest F1 on held-aside generated pictures and normals, both counting alike however many there are.
        case f1
        /// Above every held-aside normal.
        case normals
        /// Too few pictures for either.
        case none
    }

    /// A picture is defective from this score on; nil for `none`.
    package var value: Double?
    package var rule: Rule
    /// Held-aside normals, and how many of them score at least the value.
    package var normals: Int
    package var flaggedNormals: Int
    /// Held-aside generated pictures, and how many of them score at least the value.
    package var generated: Int
    package var foundGenerated: Int

    /// Fewest of both kinds for `f1`, and fewest normals for `normals` (own choice). Above the highest of ten normals
    /// one good picture in eleven is expected, where good pictures are alike.
    package static let fewestOfBoth = 5
    package static let fewestNormals = 10
    /// Where more than this share of the held-aside normals would count as defective, the generated pictures say nothing
    /// that is of use (own choice).
    private static let mostFlagged = 0.5

    /// - Parameters:
    ///   - normals: finite scores of pictures.
    ///   - generated: likewise.
    package init(normals: [Double], generated: [Double]) {
        (self.normals, self.generated) = (normals.count, generated.count)
        (value, rule, flaggedNormals, foundGenerated) = (nil, .none, 0, 0)
        if normals.count >= Self.fewestOfBoth, generated.count >= Self.fewestOfBoth {
            set(Self.best(normals, generated), .f1, normals, generated)
            if Double(flaggedNormals) <= Self.mostFlagged * Double(normals.count) { return }
        }
        if normals.count >= Self.fewestNormals, let highest = normals.max() {
            set(highest.nextUp, .normals, normals, generated)
        } else {
            (value, rule, flaggedNormals, foundGenerated) = (nil, .none, 0, 0)
        }
    }

    private mutating func set(_ value: Double, _ rule: Rule, _ normals: [Double], _ generated: [Double]) {
        (self.value, self.rule) = (value, rule)
        (flaggedNormals, foundGenerated) = (normals.count { $0 >= value }, generated.count { $0 >= value })
    }

    /// The threshold of the largest F1 = 2 t / (t + f + 1), t and f the shares of generated pictures and of normals that
    /// are flagged, the highest of several; in the middle between the lowest flagged score and the next below.
    private static func best(_ normals: [Double], _ generated: [Double]) -> Double {
        let scores = Set(normals + generated).sorted(by: >)
        var (best, place) = (-1.0, 0)
        for (index, score) in scores.enumerated() {
            let t = Double(generated.count { $0 >= score }) / Double(generated.count)
            let f = Double(normals.count { $0 >= score }) / Double(normals.count)
            let f1 = 2 * t / (t + f + 1)
            if f1 > best { (best, place) = (f1, index) }
        }
        guard place + 1 < scores.count else { return scores[place] }
        let (low, high) = (scores[place + 1], scores[place])
        let middle = low + (high - low) / 2
        return middle > low ? middle : high
    }

    package func isDefective(_ score: Double) -> Bool? { value.map { score >= $0 } }

    /// Where it comes from, in a phrase.
    package var phrase: String {
        func count(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }
        let held =
            "\(count(normals, "normal")) and \(generated) generated picture\(generated == 1 ? "" : "s") held aside"
        switch rule {
        case .f1: return "largest F1 on \(held)"
        case .normals:
            return generated < Self.fewestOfBoth
                ? "above each of \(count(normals, "normal")) held aside; \(generated) generated pictures are too few for more"
                : "above each of \(count(normals, "normal")) held aside; the \(generated) generated ones don't stand apart from them"
        case .none: return "none: \(held) are too few"
        }
    }
}

/// How a threshold does on labelled pictures.
package struct DecisionOutcome: Sendable, Equatable {
    package var truePositives = 0
    package var falsePositives = 0
    package var falseNegatives = 0
    package var trueNegatives = 0

    package init() {}

    package mutating func add(flagged: Bool, anomalous: Bool) {
        switch (flagged, anomalous) {
        case (true, true): truePositives += 1
        case (true, false): falsePositives += 1
        case (false, true): falseNegatives += 1
        case (false, false): trueNegatives += 1
        }
    }

    /// The share of flagged pictures that are defective; nil where none is flagged.
    package var precision: Double? {
        let flagged = truePositives + falsePositives
        return flagged > 0 ? Double(truePositives) / Double(flagged) : nil
    }

    /// The share of defective pictures that are flagged; nil where none is defective.
    package var recall: Double? {
        let defective = truePositives + falseNegatives
        return defective > 0 ? Double(truePositives) / Double(defective) : nil
    }

    /// nil where nothing is defective.
    package var f1: Double? {
        guard truePositives + falseNegatives > 0 else { return nil }
        return 2 * Double(truePositives) / Double(2 * truePositives + falsePositives + falseNegatives)
    }
}
