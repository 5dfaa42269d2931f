import AnomalyDatasets
import DetectorEvaluation
import Foundation
import Reporting
import StageKit

// What detectors say of whole pictures.

extension ReportRun {
    /// How a detector does on the test pictures of a category at the threshold that held-aside pictures gave.
    func decision(_ category: String, _ model: SampledModel, by detector: String) throws -> ShotResults.Decision {
        let object = try context.input("calibrate:\(detector):\(category):\(model.label)")
        let threshold = try JSONDecoder().decode(
            DecisionThreshold.self, from: try DurableFile.read(object.data.child("threshold.json")))
        let tests = Dictionary(
            try ingested(category).testPictures().map { ($0.id, $0.anomalous) }, uniquingKeysWith: { first, _ in first }
        )
        var outcome: DecisionOutcome?
        for record in try DetectionResults.records(of: detected(category, model, by: detector)) {
            guard let anomalous = tests[record.id], let flagged = threshold.isDefective(record.score) else { continue }
            outcome = outcome ?? DecisionOutcome()
            outcome?.add(flagged: flagged, anomalous: anomalous)
        }
        return ShotResults.Decision(threshold: threshold, outcome: outcome)
    }

    /// Every test picture, whole, with what each detector says of it.
    func scoreSheet() throws -> ScoreSheet {
        var lines: [ScoreSheet.Line] = []
        for model in parameters.models {
            for name in parameters.categories {
                let scores = try parameters.detectors.map { detector in
                    let records = try DetectionResults.records(of: detected(name, model, by: detector.name))
                    return Dictionary(records.map { ($0.id, $0.score) }, uniquingKeysWith: { first, _ in first })
                }
                lines += try ingested(name).testPictures().map { picture in
                    ScoreSheet.Line(
                        picture: picture.id, category: name, anomalous: picture.anomalous,
                        kind: picture.anomalous ? picture.defect : "good", shots: model.shots, seed: model.seed,
                        scores: scores.map { $0[picture.id] })
                }
            }
        }
        return ScoreSheet(detectors: parameters.detectors.map(\.name), lines: lines)
    }
}
