import DiffusionModels
package import EngineLink
package import Generators
import MethodKit
import ParameterKit
import TensorCore

/// CUT as a generator of the engine: from a message to `CUTGenerator` and back.
package final class CUTDrawing: EngineGenerator {
    private let half: CUT
    private let generator: CUTGenerator

    package init(_ half: CUT, models: [String: String], shelf: any GeneratorShelf) throws {
        guard let folder = models[ModelRole.diffusion.rawValue] else {
            throw EngineFailure(kind: .internalError, message: "CUT without a model")
        }
        self.half = half
        generator = try CUTGenerator(model: try shelf.diffusion(folder, dtype: half.settings.dtype.rawValue))
    }

    package func draw(_ request: ApplyRequest, _ report: DrawReport) throws -> [AppliedItem] {
        let items = request.items, seeds = try request.seeds()
        let (traces, images) = (try all(items.map(\.trace)), try all(items.map(\.traceImages)))
        var made: [AppliedItem] = []
        // One batch is of one picture and one mask: neighbours that share both are computed together.
        while made.count < items.count {
            let start = made.count, first = items[start]
            let end = items[start...].firstIndex { $0.image != first.image || $0.mask != first.mask } ?? items.count
            var asked = GenerationRequest(
                image: first.image, mask: first.mask, prompt: request.prompt, words: request.words,
                settings: half.settings, seeds: Array(seeds[start..<end]), outputs: items[start..<end].map(\.output),
                traces: traces.map { Array($0[start..<end]) })
            asked.places = request.places
            asked.traceImages = images.map { Array($0[start..<end]) }
            let pictures = try generator.generate(
                asked,
                progress: { step in
                    // Every picture of a group takes as many steps.
                    let before = step.total * start / (end - start), all = step.total * items.count / (end - start)
                    report.progress(before + step.done, all, step.note)
                }, notice: report.notice)
            made += pictures.map { AppliedItem($0, of: items.count) }
        }
        return made
    }

    /// The paths of all items; nil where no item has one. Throws where only some have one.
    private func all(_ places: [String?]) throws(EngineFailure) -> [String]? {
        let named = places.compactMap(\.self)
        guard named.isEmpty || named.count == places.count else {
            throw EngineFailure(kind: .internalError, message: "either all pictures of a group are traced, or none")
        }
        return named.isEmpty ? nil : named
    }
}

extension AppliedItem {
    /// The entries of a picture's record; lists have one entry for each denoising step.
    fileprivate init(_ picture: GeneratedPicture, of asked: Int) {
        let guidance = picture.guidance
        var provenance: [String: JSONValue] = [:]
        if picture.together < asked { provenance["batch"] = .int(picture.together) }
        if picture.isCheckpointed { provenance["checkpointed"] = .bool(true) }
        self.init(
            facts: [
                "width": .int(picture.width), "height": .int(picture.height),
                "trace": [
                    "timesteps": picture.timesteps.json, "loss": guidance.loss.json, "alpha": guidance.stepSize.json,
                    "n": guidance.n.json, "refinements": guidance.refinements.json,
                ],
                "stopped_at": guidance.stoppedAt.json, "evaluations": .int(guidance.evaluations),
                "warnings": picture.warnings.json,
            ],
            provenance: provenance, warnings: picture.warnings,
            failure: picture.failure.map { EngineFailure($0) })
    }
}

extension EngineFailure {
    package init(_ error: GenerationError) {
        let kind: Kind =
            switch error.code {
            case .badData: .badData
            case .inputMissing: .inputMissing
            case .notFinite: .notFinite
            case .unchanged: .unchanged
            case .outOfMemory: .outOfMemory
            case .io: .io
            case .engine: .internalError
            }
        self.init(kind: kind, message: error.message)
    }
}
