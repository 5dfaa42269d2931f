/// `scores.csv`: every test picture with the image score of every detector.
///
/// A line for each shot count, seed and picture, in the manifest's order of shot counts, seeds and categories, the
/// pictures of a category ascending by name. RFC 4180, as `metrics.csv`.
package struct ScoreSheet: Sendable, Equatable {
    package struct Line: Sendable, Equatable {
        /// "<category>/test/<kind>/<stem>"
        package var picture: String
        package var category: String
        package var anomalous: Bool
        /// "good" for good ones.
        package var kind: String
        /// "1", …, "full".
        package var shots: String
        package var seed: Int
        /// One for each detector, every digit; nil where it left none.
        package var scores: [Double?]

        package init(
            picture: String, category: String, anomalous: Bool, kind: String, shots: String, seed: Int,
            scores: [Double?]
        ) {
            (self.picture, self.category, self.anomalous, self.kind) = (picture, category, anomalous, kind)
            (self.shots, self.seed, self.scores) = (shots, seed, scores)
        }
    }

    /// In the report's folder.
    package static let fileName = "scores.csv"

    /// Their names in the manifest, in its order.
    package var detectors: [String]
    package var lines: [Line]

    package init(detectors: [String], lines: [Line]) { (self.detectors, self.lines) = (detectors, lines) }

    /// Columns: `picture`, `category`, `label` (`good` or `defective`), `kind` (of defect), `shots`, `seed`, and
    /// `score_<detector>` for each; higher is more anomalous.
    package var csv: String {
        let heads = ["picture", "category", "label", "kind", "shots", "seed"] + detectors.map { "score_\($0)" }
        let body = lines.map { line in
            [
                line.picture, line.category, line.anomalous ? "defective" : "good", line.kind, line.shots,
                "\(line.seed)",
            ] + line.scores.map { $0.map { "\($0)" } ?? "" }
        }
        return ([heads] + body).map { $0.map(ReportTable.quoted).joined(separator: ",") + "\r\n" }.joined()
    }
}
