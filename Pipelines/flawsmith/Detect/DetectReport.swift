import DetectionStage
import DetectorEvaluation
import Foundation
import MethodKit
import ParameterKit
import RunGraph
import StageKit

/// What `detect` found out, for people and for programs.
struct DetectReport {
    let fit: FinishedRun.Fit
    /// What decides; nil: nothing does.
    let threshold: Double?
    /// Where that comes from, or why there is none.
    let source: String

    /// - Parameter given: of `--threshold`.
    init(_ fit: FinishedRun.Fit, given: Double?) {
        self.fit = fit
        threshold = given ?? fit.threshold?.value
        source =
            given != nil
            ? "--threshold"
            : fit.threshold?.phrase
                ?? "none: the run held nothing aside; `training: { held_aside: 0.2 }` in its manifest does, or give --threshold"
    }

    /// nil without a threshold.
    func isDefective(_ score: Double) -> Bool? { threshold.map { score >= $0 } }

    private func verdict(_ score: Double) -> String? { isDefective(score).map { $0 ? "defective" : "good" } }

    /// "good/000.png  0.4312  good"
    func line(_ scored: NewPictures.Scored, width: Int) -> String {
        let space = String(repeating: " ", count: max(0, width - scored.path.count))
        return ["\(scored.path)\(space)", Self.text(scored.score), verdict(scored.score)].compactMap(\.self)
            .joined(separator: "  ")
    }

    /// Six digits behind the point, more than any threshold tells apart; the JSON has all.
    private static func text(_ score: Double) -> String {
        abs(score) < 1e9 ? String(format: "%.6f", locale: Locale(identifier: "en_US_POSIX"), score) : "\(score)"
    }

    /// "3 pictures, 1 defective; threshold 0.5: …"
    func summary(_ scores: [Double], unreadable: Int) -> String {
        let count = scores.count, flagged = scores.count { isDefective($0) == true }
        var text = "\(count) picture\(count == 1 ? "" : "s")"
        if threshold != nil { text += ", \(flagged) defective" }
        if unreadable > 0 { text += ", \(unreadable) more could not be read" }
        return text + "; threshold \(threshold.map { "\(Self.text($0)): " } ?? "")\(source)"
    }

    func json(
        _ pictures: [(scored: NewPictures.Scored, heatMap: URL?, map: URL?)],
        unreadable: [(path: String, message: String)],
        range: ClosedRange<Float>?
    ) -> JSONValue {
        [
            "detector": .string(fit.name), "method": .string(type(of: fit.detector.detector).name),
            "category": .string(fit.category), "shots": .string(fit.shots), "seed": .int(fit.seed),
            "threshold": threshold.map { .double($0) } ?? .null, "threshold_source": .string(source),
            "threshold_rule": source == "--threshold" ? "given" : .string(fit.threshold?.rule.rawValue ?? "none"),
            "heat_map_range": range.map {
                .array([.double(Double($0.lowerBound)), .double(Double($0.upperBound))])
            } ?? .null,
            "pictures": .array(
                pictures.map { one in
                    [
                        "path": .string(one.scored.path), "score": .double(one.scored.score),
                        "defective": isDefective(one.scored.score).map { .bool($0) } ?? .null,
                        "parts": .object(one.scored.parts.mapValues { .double($0) }),
                        "heat_map": one.heatMap.map { .string($0.relativePathFromHere) } ?? .null,
                        "map": one.map.map { .string($0.relativePathFromHere) } ?? .null,
                    ]
                }),
            "unreadable": .array(
                unreadable.map { ["path": .string($0.path), "message": .string($0.message)] }),
        ]
    }
}
