import ClipModels
package import Detectors
package import EngineLink
import Foundation
import MethodKit
import ParameterKit

/// VLAD as a detector of the engine: from a message to `VLADTrainer` and `VLADDetector`, and back.
package struct VLADEngine: EngineDetector {
    private let half: VLAD
    private let clip: CLIPModel
    private let ensemble: PromptEnsemble

    package init(_ half: VLAD, call: MethodCall, shelf: any TrunkShelf) throws {
        self.half = half
        clip = try shelf.clip(try call.model(.clip))
        ensemble =
            try call.files["prompts"].map { try PromptEnsemble(contentsOf: URL(fileURLWithPath: $0)) }
            ?? PromptEnsemble()
    }

    /// The fitted detector's file in its folder.
    package static let adapters = "adapters.safetensors"

    package func fit(_ request: FitRequest, _ report: WorkReport) throws -> FitResult {
        var training = VLADTraining(
            samples: request.samples.map {
                VLADTraining.Sample(
                    image: $0.image, softLabel: $0.softLabel, className: $0.className, anomalous: $0.anomalous)
            },
            settings: half.settings, seed: request.seed, checkpoints: request.work,
            // About twenty checkpoints a training, so that a killed run loses less than a twentieth of the work.
            checkpointEvery: max(1, half.settings.epochs / 20),
            output: request.output + "/" + Self.adapters)
        (training.cache, training.ensemble) = (FeatureCache(request.cache), ensemble)
        let losses = try VLADTrainer.run(training, clip: clip, report: report)
        return FitResult(facts: ["losses": losses.json])
    }

    package func score(_ request: ApplyRequest, _ report: WorkReport) throws -> [AppliedItem] {
        var detection = try VLADDetection(
            adapters: request.fitted(Self.adapters, of: "VLAD"), className: request.className,
            references: request.references,
            pictures: request.items.map { VLADDetection.Picture(image: $0.image, map: $0.output) },
            settings: half.settings)
        (detection.cache, detection.ensemble) = (FeatureCache(request.cache), ensemble)
        return try VLADDetector.run(detection, clip: clip, report: report).map {
            AppliedItem(
                score: $0.score,
                parts: ["vision_language": $0.visionLanguage, "vision_vision": $0.visionVision])
        }
    }
}
