/// Every try of one picture that was asked for: `quality.json` of a unit in the pool, and a line of a generate object's
/// `gate.jsonl`.
package struct GateAccount: Sendable, Codable, Equatable {
    package struct Try: Sendable, Codable, Equatable {
        /// The unit that holds what was drawn.
        package var unit: String
        /// The unit that holds its label, if that is another one.
        package var label: String?
        /// The unit that holds the picture, if it isn't `unit`.
        package var image: String?
        /// Of the noise.
        package var seed: Int
        /// Nil where nothing could be drawn.
        package var scores: GateScores?
        /// The checks that it didn't pass.
        package var failed: [GateCheck]
        /// Why nothing could be drawn.
        package var reason: String?

        package init(
            unit: String, label: String?, image: String?, seed: Int, scores: GateScores?, failed: [GateCheck],
            reason: String? = nil
        ) {
            (self.unit, self.label, self.image, self.seed) = (unit, label, image, seed)
            (self.scores, self.failed, self.reason) = (scores, failed, reason)
        }

        package var imageUnit: String { image ?? unit }
        package var labelUnit: String { label ?? unit }
        package var passed: Bool { scores != nil && failed.isEmpty }
    }

    /// The unit of the first try, which names what was asked for.
    package var picture: String
    package var category: String
    /// The folder name of its anomaly in exports.
    package var anomaly: String
    /// Id of the normal.
    package var source: String
    package var generator: String
    /// In order; the last one passed, or none did.
    package var tries: [Try]
    /// In lists: the unit that holds this account.
    package var account: String?
    /// In lists: whether tries that failed are kept when nothing else uses them.
    package var keep: Bool?

    package init(
        picture: String, category: String, anomaly: String, source: String, generator: String, tries: [Try]
    ) {
        (self.picture, self.category, self.anomaly) = (picture, category, anomaly)
        (self.source, self.generator, self.tries) = (source, generator, tries)
    }

    /// The try that passed, counted from 0; nil: none did.
    package var chosen: Int? { tries.last?.passed == true ? tries.count - 1 : nil }
}
