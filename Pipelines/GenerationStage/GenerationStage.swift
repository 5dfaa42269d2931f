package import AnomalyDatasets
package import EngineLink
import Foundation
package import PictureGate
package import StageKit

/// Stage 4: the pictures of damaged parts, with their labels.
///
/// Every picture is a unit in the pool `Output/units/`, shared by all samples that ask for the same one; the stage's
/// own object holds `list.jsonl`, the units of this category, shot count and seed in order. CUT's labels are units of
/// their own, made from files kept beside its pictures.
package enum GenerationStage {
    package static let name = "generate"
    /// Version of `list.jsonl`; the pictures depend on the method's own version.
    package static let version = 7

    /// - Parameters:
    ///   - inputs: jobs of this category under the roles `ingest`, `foreground`, `sample`; `sample` alone for pictures
    ///     made elsewhere.
    ///   - engines: used only if a unit has to be made with a network.
    package static func job(
        subject: String, category: String, inputs: [String: JobKey], parameters: GenerationParameters,
        engines: EnginePool
    ) throws -> Job {
        var job = Job(
            JobKey(name, subject), version: version, asked: parameters.asked(), inputs: inputs, category: category
        ) { context in
            try GenerationRun(context: context, category: category, parameters: parameters, engines: engines).run()
        }
        job.gap = { object, store throws(Failure) in
            try UnitList(contentsOf: object.data.child("list.jsonl")).gap(
                in: store, whole: GeneratedFiles.labelled, picture: GeneratedFiles.evidence,
                label: parameters.labelFiles, quality: GeneratedFiles.account)
        }
        if parameters.external == nil {
            job.tally = { inputs, store in try parameters.tally(category: category, inputs: inputs, store: store) }
            job.parts = { inputs, store in
                try parameters.parts(category: category, inputs: inputs, store: store, engines: engines)
            }
        }
        return job
    }

    /// Lines of pictures that were rejected; absent if none was.
    static let rejectedName = "rejected.jsonl"

    /// The rejected units of a finished object, in order.
    package static func rejectedUnits(of object: StoredObject) throws -> [ListedUnit] {
        let file = object.data.appendingPathComponent(rejectedName)
        return try DurableFile.exists(file) ? try JSONLines.read(from: file) : []
    }

    /// What was tried of every picture that was asked for, where pictures are checked; absent where they aren't.
    package static let gateName = "gate.jsonl"

    /// The accounts of a finished object, in order; none where pictures aren't checked.
    package static func accounts(of object: StoredObject) throws -> [GateAccount] {
        let file = object.data.appendingPathComponent(gateName)
        return try DurableFile.exists(file) ? try JSONLines.read(from: file) : []
    }

    /// The units of a finished object, in order.
    package static func units(of object: StoredObject) throws -> [ListedUnit] {
        try JSONLines.read(from: object.data.appendingPathComponent("list.jsonl"))
    }
}
