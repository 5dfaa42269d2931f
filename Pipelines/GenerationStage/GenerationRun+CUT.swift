import AnomalyDatasets
import EngineLink
import Foundation
import StageKit

extension GenerationRun {
    /// Has the engine draw the group as one batch.
    func drawWithCUT(_ group: UnitGroup, into folders: [URL], progress: @escaping @Sendable (Double) -> Void) throws
        -> [DrawnUnit]
    {
        guard let model = parameters.model else { throw Failure(.internalError, "CUT without a model") }
        let request = GenerateRequest(
            model: model.path,
            image: try context.input("ingest").data.appendingPathComponent(group.source.file).path,
            mask: try group.mask.map { try context.input("foreground").data.appendingPathComponent($0.file).path },
            prompt: group.request.prompt, words: group.request.phrases, parameters: parameters.cut,
            seeds: group.indices.map { parameters.unitSeed(group, category: category, index: $0) },
            outputs: folders.map(\.path))
        let (ready, result): (EngineReady, EngineResult)
        do {
            (ready, result) = try engines.borrow { engine in
                (
                    try engine.ready { context.notice($0) },
                    try engine.call(
                        .generate(request),
                        progress: { done, total, _ in progress(Double(done) / Double(max(total, 1))) },
                        notice: { context.notice($0) })
                )
            }
        } catch let error as EngineFailure {
            // Trouble of these pictures is recorded and the others go on; anything else ends the stage.
            switch error.kind {
            case .outOfMemory, .notFinite, .died: return folders.map { _ in .failed(error.message) }
            default: throw Failure(ExitStatus(code: error.kind.exitCode), error.message)
            }
        }
        guard case .generate(let generated) = result, generated.units.count == folders.count else {
            throw Failure(.internalError, "the engine answered generate with something else")
        }
        return try generated.units.map { unit in
            if let failure = unit.failure { return .failed(failure.message) }
            for warning in unit.warnings { context.notice("\(group.source.id): \(warning)") }
            return .drawn([
                "width": .int(unit.width), "height": .int(unit.height),
                "trace": try JSONValue(encoding: StepTrace(unit)),
                "stopped_at": unit.stoppedAt.map { .int($0) } ?? .null, "evaluations": .int(unit.evaluations),
                "warnings": .array(unit.warnings.map { .string($0) }),
                "provenance": .object(provenance(ready, unit, of: folders.count)),
            ])
        }
    }
}

/// With what a picture was drawn; what was done for want of memory is named where it was done, as it may change the
/// last bits.
private func provenance(_ ready: EngineReady, _ unit: GeneratedUnit, of asked: Int) -> [String: JSONValue] {
    var members: [String: JSONValue] = [
        "engine": .string(ready.engine), "device": .string(ready.device), "threads": .int(ready.threads),
    ]
    if unit.together < asked { members["batch"] = .int(unit.together) }
    if unit.isCheckpointed { members["checkpointed"] = .bool(true) }
    return members
}

/// What the record keeps of every denoising step.
private struct StepTrace: Encodable {
    let timesteps: [Int]
    let loss: [Double]
    let alpha: [Double]
    let n: [Int]
    let refinements: [Int]

    init(_ unit: GeneratedUnit) {
        (timesteps, loss, alpha) = (unit.timesteps, unit.loss, unit.stepSize)
        (n, refinements) = (unit.n, unit.refinements)
    }
}
