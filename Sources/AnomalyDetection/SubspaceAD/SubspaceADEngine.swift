package import Detectors
package import EngineLink
import FeatureTrunks
import MethodKit
import ParameterKit
package import TensorCore

/// SubspaceAD as a detector of the engine.
package struct SubspaceADEngine: EngineDetector {
    private let half: SubspaceAD
    private let trunk: VisionTransformer

    package init(_ half: SubspaceAD, call: MethodCall, shelf: any TrunkShelf) throws {
        self.half = half
        trunk = try shelf.transformer(call.model(.vit), half.settings.trunk, to: half.settings.range.upperBound)
    }

    /// The fitted detector's file in its folder.
    package static let subspace = "subspace.safetensors"
    /// *Source*: the released code: degrees that copies are turned by at most.
    private static let widest = 345.0

    private func source(_ cache: FeatureCacheRequest?, _ report: WorkReport) -> TrunkFeatures {
        TrunkFeatures(
            trunk, cuts: [TransformerCut.mean(half.settings.range).name], size: half.settings.imageSize, .squash, cache,
            report)
    }

    package func fit(_ request: FitRequest, _ report: WorkReport) throws -> FitResult {
        let normals = request.samples.filter { !$0.anomalous }.map(\.image)
        guard !normals.isEmpty else { throw DetectionError.noSamples }
        let source = source(request.cache, report), turns = half.settings.turns(normals: normals.count)
        try source.announce(normals)
        let generator = try Generator(seed: request.seed)
        let sums = try withoutGradients {
            var (sums, done) = (PatchSubspace.Sums(), 0)
            for path in normals {
                let angles = turns > 0 ? try Tensor.rand([turns], generator: generator).floats() : []
                let copies = angles.map { PictureTurn(degrees: Double($0) * Self.widest, .blackened) }
                for turn in [nil] + copies {
                    // Another seed turns otherwise: a copy is not worth its place in the cache.
                    let maps = try source.maps(of: path, turned: turn, isKept: turn == nil)
                    try sums.add(PatchTokens.rows(maps[0]))
                    done += 1
                    try report.progress(done, normals.count * (1 + turns), "covariance")
                }
            }
            return sums
        }
        guard let subspace = try sums.subspace(variance: half.settings.variance) else {
            throw DetectionError.tooFewPatches(sums.count)
        }
        try subspace.write(to: request.output + "/" + Self.subspace)
        return FitResult(facts: ["patches": .int(sums.count), "components": .int(subspace.count)])
    }

    package func score(_ request: ApplyRequest, _ report: WorkReport) throws -> [AppliedItem] {
        let source = source(request.cache, report), size = half.settings.imageSize
        let subspace = try PatchSubspace.read(
            request.fitted(Self.subspace, of: "SubspaceAD"), channels: trunk.shape.width, device: trunk.device)
        let scoring = try ResidualScore(size: size, device: trunk.device)
        try source.announce(request.items.map(\.image))
        return try withoutGradients {
            try request.items.enumerated().map { number, item in
                let tokens = try source.maps(of: item.image)[0],
                    (height, width) = (try tokens.size(2), try tokens.size(3))
                let map = try subspace.residuals(of: PatchTokens.rows(tokens)).reshape([height, width])
                try source.write(map, of: item.image, to: item.output)
                try report.progress(number + 1, request.items.count, request.className)
                return AppliedItem(score: try scoring(map), parts: ["residual": try map.max().item()])
            }
        }
    }
}

/// A picture's score: the mean of the largest hundredth of its pixels, slightly smoothed.
///
/// *Source*: SubspaceAD's released code: bilinear, then 3×3 pixels of a Gaussian of deviation 4.
package struct ResidualScore {
    private let size: Int
    private let smoothing: GaussianSmoothing

    /// - Parameter size: pixels a side of the squashed picture.
    package init(size: Int, device: Device) throws(TensorError) {
        self.size = size
        smoothing = try GaussianSmoothing(height: size, width: size, deviation: 4, reach: 1, device: device)
    }

    /// - Parameter map: `[h, w]`.
    package func callAsFunction(_ map: Tensor) throws(TensorError) -> Double {
        let pixels = try map.reshape([1, 1, map.size(0), map.size(1)]).interpolate(height: size, width: size, .bilinear)
        return try PatchTokens.meanOfLargest(smoothing(pixels))
    }
}
