import ClipModels
package import Detectors
package import EngineLink
import Foundation
import MethodKit
import ParameterKit

/// APRIL-GAN as a detector of the engine: VLAD's trainer and detector by its ancestor's recipe.
package struct AprilGANEngine: EngineDetector {
    private let half: AprilGAN
    private let clip: CLIPModel
    private let ensemble: PromptEnsemble

    package init(_ half: AprilGAN, call: MethodCall, shelf: any TrunkShelf) throws {
        self.half = half
        clip = try shelf.clip(call.model(.clip))
        ensemble =
            try call.files["prompts"].map { try PromptEnsemble(contentsOf: URL(fileURLWithPath: $0)) }
            ?? PromptEnsemble()
    }

    /// The fitted detector's file in its folder.
    package static let adapters = "adapters.safetensors"

    package func fit(_ request: FitRequest, _ report: WorkReport) throws -> FitResult {
        guard request.samples.contains(where: \.anomalous) else {
            throw DetectionError.noGenerated(detector: AprilGAN.name)
        }
        var training = VLADTraining(
            samples: request.samples.map {
                VLADTraining.Sample(
                    image: $0.image, softLabel: $0.softLabel, className: $0.className, anomalous: $0.anomalous)
            },
            settings: half.settings.vlad, seed: request.seed, checkpoints: request.work,
            checkpointEvery: max(1, half.settings.epochs / 20), output: request.output + "/" + Self.adapters)
        (training.cache, training.ensemble) = (FeatureCache(request.cache), ensemble)
        training.recipe = .aprilGAN
        return FitResult(facts: ["losses": try VLADTrainer.run(training, clip: clip, report: report).json])
    }

    package func score(_ request: ApplyRequest, _ report: WorkReport) throws -> [AppliedItem] {
        var detection = try VLADDetection(
            adapters: request.fitted(Self.adapters, of: "APRIL-GAN"), className: request.className,
            references: request.references,
            pictures: request.items.map { VLADDetection.Picture(image: $0.image, map: $0.output) },
            settings: half.settings.vlad)
        (detection.cache, detection.ensemble) = (FeatureCache(request.cache), ensemble)
        detection.recipe = .aprilGAN
        return try VLADDetector.run(detection, clip: clip, report: report).map {
            AppliedItem(
                score: $0.score,
                parts: ["vision_language": $0.visionLanguage, "vision_vision": $0.visionVision, "map": $0.map])
        }
    }
}
