import ClipModels
import Detectors
import EngineLink
import Foundation
import MethodKit
import ParameterKit

/// What VLAD and its ancestor share as detectors of the engine: from a message to `VLADTrainer` and `VLADDetector`, and
/// back.
struct AdapterEngine {
    private let settings: VLADSettings
    private let recipe: AdapterRecipe
    private let clip: CLIPModel
    private let ensemble: PromptEnsemble

    /// The fitted detector's file in its folder.
    private static let adapters = "adapters.safetensors"

    init(_ settings: VLADSettings, _ recipe: AdapterRecipe, call: MethodCall, shelf: any TrunkShelf) throws {
        (self.settings, self.recipe) = (settings, recipe)
        clip = try shelf.clip(try call.model(.clip))
        ensemble =
            try call.files["prompts"].map { try PromptEnsemble(contentsOf: URL(fileURLWithPath: $0)) }
            ?? PromptEnsemble()
    }

    func fit(_ request: FitRequest, _ report: WorkReport) throws -> FitResult {
        var training = VLADTraining(
            samples: request.samples.map {
                VLADTraining.Sample(
                    image: $0.image, softLabel: $0.softLabel, className: $0.className, anomalous: $0.anomalous)
            },
            settings: settings, seed: request.seed, checkpoints: request.work,
            // About twenty checkpoints a training, so that a killed run loses less than a twentieth of the work.
            checkpointEvery: max(1, settings.epochs / 20),
            output: request.output + "/" + Self.adapters)
        (training.cache, training.ensemble, training.recipe) = (FeatureCache(request.cache), ensemble, recipe)
        return FitResult(facts: ["losses": try VLADTrainer.run(training, clip: clip, report: report).json])
    }

    /// - Parameter name: the detector's, for messages.
    func score(_ request: ApplyRequest, as name: String, _ report: WorkReport) throws -> [AppliedItem] {
        var detection = try VLADDetection(
            adapters: request.fitted(Self.adapters, of: name), className: request.className,
            references: request.references,
            pictures: request.items.map { VLADDetection.Picture(image: $0.image, map: $0.output) },
            settings: settings)
        (detection.cache, detection.ensemble, detection.recipe) = (FeatureCache(request.cache), ensemble, recipe)
        return try VLADDetector.run(detection, clip: clip, report: report).map { found in
            var parts = ["vision_language": found.visionLanguage, "vision_vision": found.visionVision]
            parts["map"] = found.map
            return AppliedItem(score: found.score, parts: parts)
        }
    }
}
