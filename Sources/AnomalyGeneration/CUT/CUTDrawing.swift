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
        guard let first = request.items.first else { return [] }
        guard request.items.allSatisfy({ $0.image == first.image && $0.mask == first.mask }) else {
            throw EngineFailure(kind: .internalError, message: "a group of pictures is of one source image")
        }
        var asked = GenerationRequest(
            image: first.image, mask: first.mask, prompt: request.prompt, words: request.words, settings: half.settings,
            seeds: try request.seeds(), outputs: request.items.map(\.output),
            traces: try all(request.items.map(\.trace)))
        asked.places = request.places
        asked.traceImages = try all(request.items.map(\.traceImages))
        let pictures = try generator.generate(
            asked, progress: { report.progress($0.done, $0.total, $0.note) }, notice: report.notice)
        return pictures.map { AppliedItem($0, of: pictures.count) }
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
