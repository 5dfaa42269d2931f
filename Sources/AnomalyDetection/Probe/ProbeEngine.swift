import ClipModels
package import Detectors
package import EngineLink
import FeatureTrunks
import MethodKit
import ParameterKit
import TensorCore

/// The probe as a detector of the engine.
package struct ProbeEngine: EngineDetector {
    private enum Trunk {
        case cnn(CNNTrunk)
        case clip(CLIPModel)
    }
    private let half: Probe
    private let trunk: Trunk

    package init(_ half: Probe, call: MethodCall, shelf: any TrunkShelf) throws {
        self.half = half
        if let family = half.settings.trunk.family {
            trunk = .cnn(try shelf.cnn(call.model(.cnn), family, to: half.settings.layers.last ?? ""))
        } else {
            trunk = .clip(try shelf.clip(call.model(.clip)))
        }
    }

    /// The fitted detector's file in its folder.
    package static let head = "probe.safetensors"

    private func features(_ cache: FeatureCacheRequest?, _ report: WorkReport) throws -> ProbeFeatures {
        switch trunk {
        case .cnn(let network): ProbeFeatures(network, half.settings, cache, report)
        case .clip(let clip): try ProbeFeatures(clip, half.settings, cache, report)
        }
    }

    private var channels: Int {
        switch trunk {
        case .cnn: half.settings.trunk.family?.channels(of: half.settings.layers) ?? 0
        case .clip(let clip): clip.configuration.vision.shape.width * half.settings.stages.count
        }
    }

    package func fit(_ request: FitRequest, _ report: WorkReport) throws -> FitResult {
        let samples = request.samples, generated = samples.count(where: \.anomalous)
        guard !samples.isEmpty else { throw DetectionError.noSamples }
        guard generated > 0 else { throw DetectionError.noGenerated(detector: Probe.name) }
        let features = try features(request.cache, report)
        try features.announce(samples.map(\.image))
        var labels: [Tensor] = []
        let (head, losses) = try withoutGradients {
            for (index, sample) in samples.enumerated() {
                let (_, height, width) = try features.vectors(of: sample.image)
                labels.append(try features.label(sample.softLabel, height: height, width: width))
                try report.progress(index + 1, samples.count, "features")
            }
            let training = ProbeTraining(half.settings, labels: labels) { index in
                try features.vectors(of: samples[index].image).vectors
            }
            return try training.run { try report.progress($0, $1, "steps") }
        }
        try head.write(to: request.output + "/" + Self.head)
        return FitResult(facts: [
            "generated": .int(generated), "normals": .int(samples.count - generated), "channels": .int(channels),
            "first_loss": .double(losses.first ?? 0), "last_loss": .double(losses.last ?? 0),
        ])
    }

    package func score(_ request: ApplyRequest, _ report: WorkReport) throws -> [AppliedItem] {
        let features = try features(request.cache, report)
        let head = try ProbeHead.read(
            request.fitted(Self.head, of: "the probe"), channels: channels, device: features.device)
        try features.announce(request.items.map(\.image))
        return try withoutGradients {
            try request.items.enumerated().map { number, item in
                let (vectors, height, width) = try features.vectors(of: item.image)
                let logits = try head.logits(of: vectors)
                let (score, highest) = try ProbeHead.score(logits, half.settings.imageScore)
                try features.write(logits.reshape([height, width]), of: item.image, to: item.output)
                try report.progress(number + 1, request.items.count, request.className)
                return AppliedItem(score: score, parts: ["highest": highest])
            }
        }
    }
}
