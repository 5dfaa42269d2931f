package import Detectors
package import EngineLink
import FeatureTrunks
import MethodKit
import ParameterKit
import TensorCore

/// PaDiM as a detector of the engine.
package struct PaDiMEngine: EngineDetector {
    private let half: PaDiM
    private let trunk: CNNTrunk

    package init(_ half: PaDiM, call: MethodCall, shelf: any TrunkShelf) throws {
        self.half = half
        let settings = half.settings
        trunk = try shelf.cnn(call.model(.cnn), settings.trunk, to: settings.layers.last ?? "")
    }

    /// The fitted detector's file in its folder.
    package static let gaussians = "gaussians.safetensors"

    /// *Source*: Defard et al. 2021's released code and anomalib: pixels, before the maximum is taken.
    private static let smoothing = 4.0

    private func source(_ cache: FeatureCacheRequest?, _ report: WorkReport) -> TrunkFeatures {
        let settings = half.settings
        return TrunkFeatures(
            trunk, cuts: settings.layers, size: settings.imageSize, settings.geometry, cache, report)
    }

    private var allChannels: Int { half.settings.trunk.channels(of: half.settings.layers) }

    package func fit(_ request: FitRequest, _ report: WorkReport) throws -> FitResult {
        let normals = request.samples.filter { !$0.anomalous }.map(\.image)
        guard !normals.isEmpty else { throw DetectionError.noSamples }
        let source = source(request.cache, report)
        try source.announce(normals)
        let drawn = try Tensor.randperm(allChannels, generator: Generator(seed: request.seed)).ints()
        let channels = try Tensor(drawn.prefix(half.settings.features).sorted()).to(device: trunk.device)
        let gaussians = try withoutGradients {
            let samples = try normals.enumerated().map { number, path in
                let vectors = try PlaceEmbedding.vectors(source.maps(of: path), channels: channels).vectors
                try report.progress(number + 1, normals.count, "features")
                // Repeated, not blended: still the numbers that the features are kept in.
                return try vectors.to(.float16)
            }
            return try LocalGaussians(samples, channels: channels)
        }
        if normals.count == 1 {
            report.notice("PaDiM has one normal, whose covariance is not defined: the ridge of 0.01 stands for it")
        }
        try gaussians.write(to: request.output + "/" + Self.gaussians)
        return FitResult(facts: ["normals": .int(normals.count), "channels": .int(half.settings.features)])
    }

    package func score(_ request: ApplyRequest, _ report: WorkReport) throws -> [AppliedItem] {
        let source = source(request.cache, report), size = half.settings.imageSize
        let gaussians = try LocalGaussians.read(
            request.fitted(Self.gaussians, of: "PaDiM"), channels: half.settings.features, of: allChannels,
            device: trunk.device)
        let smoothing = try GaussianSmoothing(
            height: size, width: size, deviation: Self.smoothing, device: trunk.device)
        try source.announce(request.items.map(\.image))
        return try withoutGradients {
            try request.items.enumerated().map { number, item in
                let (vectors, height, width) = try PlaceEmbedding.vectors(
                    source.maps(of: item.image), channels: gaussians.channels)
                let distances = try gaussians.distances(of: vectors)
                let map = try distances.reshape([height, width])
                let pixels = try map.reshape([1, 1, height, width]).interpolate(height: size, width: size, .bilinear)
                try source.write(map, of: item.image, to: item.output)
                try report.progress(number + 1, request.items.count, request.className)
                return AppliedItem(
                    score: try smoothing(pixels).max().item(), parts: ["distance": try distances.max().item()])
            }
        }
    }
}
