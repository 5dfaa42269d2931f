import ClipModels
package import Detectors
package import EngineLink
import MethodKit
import NumpyFiles
import ParameterKit
import TensorCore

/// PromptAD as a detector of the engine.
package struct PromptADEngine: EngineDetector {
    private let half: PromptAD
    private let clip: CLIPModel

    package init(_ half: PromptAD, call: MethodCall, shelf: any TrunkShelf) throws {
        self.half = half
        clip = try shelf.clip(call.model(.clip))
    }

    /// The fitted detector's file in its folder.
    package static let file = "promptad.safetensors"

    private func source(_ cache: FeatureCacheRequest?, _ report: WorkReport) throws -> PromptADFeatureSource {
        try PromptADFeatureSource(clip, half.settings, cache: FeatureCache(cache), notice: report.notice)
    }

    package func fit(_ request: FitRequest, _ report: WorkReport) throws -> FitResult {
        let settings = half.settings
        let normals = request.samples.filter { !$0.anomalous }
        guard let first = normals.first else { throw DetectionError.noSamples }
        let source = try source(request.cache, report)
        try source.announce(normals.map(\.image))
        let features = try normals.enumerated().map { number, sample in
            let found = try source.features(of: sample.image)
            try report.progress(number + 1, normals.count, "features")
            return found
        }
        let name = PromptEnsemble().name(of: first.className)
        let asked = """
            PromptAD training, version 1
            \(clip.fingerprint)
            seed \(request.seed), \(name), \(settings)
            \(try normals.map { try source.digest(of: $0.image) }.joined(separator: "\n"))
            """
        let generator = try Generator(seed: request.seed)
        // Both starts are drawn first, so that neither depends on how far the other has come.
        let trainings = try [
            ("pictures", settings.contexts, try Tensor.cat(features.map(\.image), 0)),
            ("pixels", 1, try Tensor.cat(features.map(\.patches), 0)),
        ].map { task, contexts, features in
            (
                task,
                try PromptADTraining(
                    clip, settings, name: name, features: features, contexts: contexts, generator: generator,
                    checkpoints: ("\(request.work)/\(task)", "\(asked)\n\(task)"))
            )
        }
        let found = try trainings.map { task, training in try training.run(report: report, note: task) }
        let banks = try withoutGradients {
            try settings.blocks.indices.map { block in try CosineBank(features.map { $0.states[block] }) }
        }
        try PromptADFit(image: found[0].anchors, pixel: found[1].anchors, banks: banks).write(
            to: request.output + "/" + Self.file, blocks: settings.blocks)
        return FitResult(facts: [
            "normals": .int(normals.count), "losses": found[0].losses.json, "pixel_losses": found[1].losses.json,
        ])
    }

    package func score(_ request: ApplyRequest, _ report: WorkReport) throws -> [AppliedItem] {
        let settings = half.settings, source = try source(request.cache, report), vision = clip.configuration.vision
        let fit = try PromptADFit.read(
            request.fitted(Self.file, of: "PromptAD"), blocks: settings.blocks, width: vision.shape.width,
            embedding: vision.embedding, device: clip.device)
        try source.announce(request.items.map(\.image))
        return try withoutGradients {
            try request.items.enumerated().map { number, item in
                let scores = try fit.scores(
                    source.features(of: item.image), grid: source.grid, scale: settings.scale)
                try NumpyFile(
                    width: source.grid, height: source.grid, values: scores.map.to(device: .cpu).floats()
                ).write(to: item.output)
                try report.progress(number + 1, request.items.count, request.className)
                return AppliedItem(
                    score: scores.score,
                    parts: ["language": scores.language, "association": try scores.association.max().item()])
            }
        }
    }
}
