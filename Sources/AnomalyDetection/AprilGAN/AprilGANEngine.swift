package import Detectors
package import EngineLink
import MethodKit

/// APRIL-GAN as a detector of the engine: VLAD's trainer and detector by its ancestor's recipe.
package struct AprilGANEngine: EngineDetector {
    private let engine: AdapterEngine

    package init(_ half: AprilGAN, call: MethodCall, shelf: any TrunkShelf) throws {
        engine = try AdapterEngine(half.settings.vlad, .aprilGAN, call: call, shelf: shelf)
    }

    package func fit(_ request: FitRequest, _ report: WorkReport) throws -> FitResult {
        guard request.samples.contains(where: \.anomalous) else {
            throw DetectionError.noGenerated(detector: AprilGAN.name)
        }
        return try engine.fit(request, report)
    }

    package func score(_ request: ApplyRequest, _ report: WorkReport) throws -> [AppliedItem] {
        try engine.score(request, as: "APRIL-GAN", report)
    }
}
