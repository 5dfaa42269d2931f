import AnomalyDatasets
import Foundation
import PictureGate
import Reporting
import StageKit

// What was tried, and what of it passed.

extension ReportRun {
    /// nil: pictures aren't checked.
    func gateSheet() throws -> GateSheet? {
        guard let settings = parameters.gate else { return nil }
        let samples = try parameters.models.flatMap { model in
            try parameters.categories.map { name in
                let object = try context.input("generate:\(name):\(model.label)")
                let accounts: [GateAccount] = try JSONLines.read(from: object.data.child("gate.jsonl"))
                return GateSheet.Sample(shots: model.shots, seed: model.seed, accounts: accounts)
            }
        }
        return GateSheet(settings: settings, samples: samples)
    }
}
