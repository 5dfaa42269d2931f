package import Detectors
package import EngineLink
import FeatureTrunks
import Imaging
import MethodKit
import ParameterKit
import TensorCore

/// SimpleNet as a detector of the engine.
package struct SimpleNetEngine: EngineDetector {
    private let half: SimpleNet
    private let trunk: CNNTrunk

    package init(_ half: SimpleNet, call: MethodCall, shelf: any TrunkShelf) throws {
        self.half = half
        let settings = half.settings
        trunk = try shelf.cnn(call.model(.cnn), settings.trunk, to: settings.layers.last ?? "")
    }

    /// The fitted detector's file in its folder.
    package static let head = "simplenet.safetensors"
    /// Bytes of patches that are held between steps; others are made again of what is cached.
    private static let limit = 1 << 30

    private var channels: Int { half.settings.trunk.channels(of: half.settings.layers) }

    private func source(_ cache: FeatureCacheRequest?, _ report: WorkReport) -> TrunkFeatures {
        let settings = half.settings
        return TrunkFeatures(
            trunk, cuts: settings.layers, size: settings.imageSize, settings.geometry, cache, report)
    }

    package func fit(_ request: FitRequest, _ report: WorkReport) throws -> FitResult {
        let settings = half.settings
        let normals = request.samples.filter { !$0.anomalous }
        let generated = settings.fakes.areGenerated ? request.samples.filter(\.anomalous) : []
        guard !normals.isEmpty else { throw DetectionError.noSamples }
        let source = source(request.cache, report), samples = normals + generated
        try source.announce(samples.map(\.image))
        let labels = try withoutGradients {
            try generated.enumerated().map { number, sample in
                try report.progress(number + 1, generated.count, "features")
                return try label(sample, source)
            }
        }
        var held: [Int: Tensor] = [:], bytes = 0
        let training = try SimpleNetTraining(
            settings, normals: normals.count, labels: labels, channels: channels, seed: request.seed,
            checkpoints: (request.work, try asked(samples, seed: request.seed, source)), device: trunk.device,
            report: report
        ) { number in
            if let known = held[number] { return known }
            let vectors = try withoutGradients {
                try PatchEmbedding.vectors(source.maps(of: samples[number].image)).vectors
            }
            if bytes + 4 * vectors.count <= Self.limit {
                held[number] = vectors
                bytes += 4 * vectors.count
            }
            return vectors
        }
        let (head, losses) = try training.run()
        // Twice the margin is what it costs to call everything neither good nor fake.
        if let last = losses.last, last > 1.8 * settings.margin {
            let hint =
                settings.fakes.areDrawn
                ? "; `noise` is \(settings.noise), made for a Wide ResNet: networks with larger features want more" : ""
            report.notice(
                "SimpleNet hardly tells good patches from fakes: its last loss is \((100 * last).rounded() / 100), and guessing costs \(2 * settings.margin)\(hint)"
            )
        }
        try head.write(to: request.output + "/" + Self.head)
        return FitResult(facts: [
            "normals": .int(normals.count), "generated": .int(generated.count), "channels": .int(channels),
            "losses": losses.json,
        ])
    }

    /// The damaged share of each patch of a generated picture, `[P]`, as the probe's binary labels are.
    private func label(_ sample: FitSample, _ source: TrunkFeatures) throws -> Tensor {
        let map = try source.maps(of: sample.image)[0], (height, width) = (try map.size(2), try map.size(3))
        guard let path = sample.softLabel else { return try Tensor.zeros([height * width]) }
        let plane = try Plane(contentsOf: path)
        return try PatchLabel.pooled(
            Tensor(plane.values, [plane.height, plane.width]), .binary, height: height, width: width,
            seen: source.preprocessor)
    }

    /// Everything that the trained head depends on.
    private func asked(_ samples: [FitSample], seed: UInt32, _ source: TrunkFeatures) throws -> String {
        let pictures = try samples.map { sample in
            "\(try source.digest(of: sample.image)) \(try sample.softLabel.map { try PictureFile($0).digest } ?? "-")"
        }
        return """
            SimpleNet training, version 1
            \(trunk.name) \(trunk.digest)
            seed \(seed), \(half.settings)
            \(pictures.joined(separator: "\n"))
            """
    }

    package func score(_ request: ApplyRequest, _ report: WorkReport) throws -> [AppliedItem] {
        let source = source(request.cache, report)
        let head = try SimpleNetHead.read(
            request.fitted(Self.head, of: "SimpleNet"), channels: channels, hidden: half.settings.hidden,
            device: trunk.device)
        try source.announce(request.items.map(\.image))
        return try withoutGradients {
            try request.items.enumerated().map { number, item in
                let (vectors, height, width) = try PatchEmbedding.vectors(source.maps(of: item.image))
                let scores = try head.scores(of: vectors)
                try source.write(scores.reshape([height, width]), of: item.image, to: item.output)
                try report.progress(number + 1, request.items.count, request.className)
                return AppliedItem(score: try scores.max().item(), parts: ["mean": try scores.mean().item()])
            }
        }
    }
}
