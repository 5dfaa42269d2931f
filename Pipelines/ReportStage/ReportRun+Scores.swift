import AnomalyDatasets
import DetectorEvaluation
import Foundation
import Reporting

extension ReportRun {
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
