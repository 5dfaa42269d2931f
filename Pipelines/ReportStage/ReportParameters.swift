package import DetectorEvaluation
package import EvaluationMetrics
package import Imaging
import ParameterKit
package import PictureGate
package import Reporting
import StageKit

/// Parameters of one manifest's report.
package struct ReportParameters: Sendable {
    /// One detector as tables name it.
    package struct JudgingDetector: Sendable, Equatable {
        /// In the manifest.
        package var name: String
        package var phrase: String
        /// Pixels a side that it sees.
        package var imageSize: Int
        /// Its trunk and the part of a picture that it sees.
        package var view: String
        /// Whether one model serves all categories.
        package var isShared: Bool
        /// Whether the paper's own figures are of this detector.
        package var isThePapers: Bool

        package init(name: String, phrase: String, imageSize: Int, view: String, isShared: Bool, isThePapers: Bool) {
            (self.name, self.phrase, self.imageSize, self.view) = (name, phrase, imageSize, view)
            (self.isShared, self.isThePapers) = (isShared, isThePapers)
        }

        var asked: JSONValue {
            [
                "name": .string(name), "phrase": .string(phrase), "image_size": .int(imageSize),
                "view": .string(view), "shared": .bool(isShared),
            ]
        }
    }

    package var name: String
    /// Whether to show the paper's own figures beside the run's, if the data set is one of the paper's.
    package var compareWithPaper: Bool
    /// Settings that differ from the paper's, a phrase each with the paper's value in brackets: `detectors.vlad.epochs
    /// 50 (200)`.
    package var departures: [String]
    package var generator: String
    /// In the manifest's order; without any the report shows what was made.
    package var detectors: [JudgingDetector]
    package var comparison: MapComparison
    /// The share of pictures that was held aside for thresholds; nil: there are none.
    package var heldAside: Double?
    /// Which PRO the tables show.
    package var pro: PROVariant
    /// How large pictures were cut; nil: they were not.
    package var tiles: TileRule?
    /// The auxiliary data set's categories and, in words, which part of it is trained on; nil if there is none.
    package var auxiliary: (categories: [String], use: String)?
    package var categories: [String]
    package var models: [SampledModel]
    /// Which models have untrained weights, a phrase each.
    package var untrainedWeights: [String]
    /// The network whose features KID compares, e.g. "CLIP starter/clip"; nil: the synthetic pictures are not assessed.
    package var features: String?
    package var lpips: QualityProtocol.LPIPSWeights?
    /// Which pictures were kept; nil: all.
    package var gate: GateSettings?

    package init(
        name: String, compareWithPaper: Bool, generator: String, detectors: [JudgingDetector],
        comparison: MapComparison,
        heldAside: Double? = nil, pro: PROVariant = .exact, tiles: TileRule? = nil,
        auxiliary: (categories: [String], use: String)?,
        categories: [String],
        models: [SampledModel],
        untrainedWeights: [String], features: String?, lpips: QualityProtocol.LPIPSWeights?, departures: [String] = [],
        gate: GateSettings? = nil
    ) {
        self.gate = gate
        (self.name, self.compareWithPaper, self.generator) = (name, compareWithPaper, generator)
        (self.detectors, self.comparison, self.pro) = (detectors, comparison, pro)
        self.heldAside = heldAside
        (self.auxiliary, self.tiles) = (auxiliary, tiles)
        (self.categories, self.models, self.untrainedWeights) = (categories, models, untrainedWeights)
        (self.features, self.lpips, self.departures) = (features, lpips, departures)
    }

    func asked() -> JSONValue {
        var asked: [String: JSONValue] = [
            "name": .string(name), "compare_with_paper": .bool(compareWithPaper), "generator": .string(generator),
            "detectors": .array(detectors.map(\.asked)), "smoothing": .double(comparison.smoothing),
            "pro": .string(pro.rawValue), "categories": .array(categories.map { .string($0) }),
            "models": .array(models.map { [.string($0.shots), .int($0.seed)] }),
            "features": features.map { .string($0) } ?? .null, "lpips": lpips?.asked ?? .null,
            "untrained": .array(untrainedWeights.map { .string($0) }),
            "departures": .array(departures.map { .string($0) }),
        ]
        if let size = comparison.size { asked["size"] = .int(size) }
        if let tiles { asked["tiles"] = ["size": .int(tiles.size), "overlap": .int(tiles.overlap)] }
        if let heldAside { asked["held_aside"] = .double(heldAside) }
        if let auxiliary { asked["auxiliary"] = .string(auxiliary.use) }
        if let gate { asked["quality"] = gate.identity }
        return .object(asked)
    }
}
