import ClipModels
import Detectors
import EngineLink
import FeatureTrunks
import Imaging
import NumpyFiles
import TensorCore

/// Patches of pictures as a probe sees them, through either kind of network; kept as those of other detectors are.
final class ProbeFeatures {
    private enum Source {
        case cnn(TrunkFeatures)
        case clip(FeatureSource)
    }
    private let source: Source
    private let settings: ProbeSettings
    let device: Device

    init(_ trunk: CNNTrunk, _ settings: ProbeSettings, _ cache: FeatureCacheRequest?, _ report: WorkReport) {
        source = .cnn(
            TrunkFeatures(trunk, cuts: settings.layers, size: settings.imageSize, settings.geometry, cache, report))
        (self.settings, device) = (settings, trunk.device)
    }

    /// - Throws: `CLIPError.noSuchBlock` for a stage that the tower lacks; `TensorError`.
    init(_ clip: CLIPModel, _ settings: ProbeSettings, _ cache: FeatureCacheRequest?, _ report: WorkReport) throws {
        let layers = clip.configuration.vision.shape.layers
        if let last = settings.stages.last, last > layers { throw CLIPError.noSuchBlock(last, layers: layers) }
        // The same size and stages as VLAD's share its tokens.
        var tokens = VLADSettings()
        (tokens.imageSize, tokens.stages) = (settings.imageSize, settings.stages)
        source = .clip(
            try FeatureSource(
                clip, tokens, ensemble: PromptEnsemble(), cache: FeatureCache(cache), notice: report.notice))
        (self.settings, device) = (settings, clip.device)
    }

    /// Announces the pictures that will be asked for.
    func announce(_ pictures: [String]) throws {
        switch source {
        case .cnn(let features): try features.announce(pictures)
        case .clip(let features): try features.announce(pictures: pictures, labels: [])
        }
    }

    /// `[P, C]`, float32, on the network's device, and the grid.
    func vectors(of path: String) throws -> (vectors: Tensor, height: Int, width: Int) {
        switch source {
        case .cnn(let features): return try PatchEmbedding.vectors(features.maps(of: path))
        case .clip(let features):
            let tokens = try features.features(of: features.file(path)).patchTokens
            let vectors = try Tensor.cat(tokens, 1).to(device: device).to(.float32)
            let side = Int(Double(try vectors.size(0)).squareRoot().rounded())
            return (vectors, side, side)
        }
    }

    /// A label at the grid's patches.
    func label(_ path: String?, height: Int, width: Int) throws -> Tensor {
        guard let path else { return try Tensor.zeros([height * width], device: device) }
        let plane = try Plane(contentsOf: path)
        var seen: TrunkPreprocessor?
        if case .cnn(let features) = source { seen = features.preprocessor }
        return try PatchLabel.pooled(
            Tensor(plane.values, [plane.height, plane.width]), settings.labels, height: height, width: width, seen: seen
        ).to(device: device)
    }

    /// A map of the grid as a `.npy` file of the whole picture.
    func write(_ map: Tensor, of path: String, to output: String) throws {
        switch source {
        case .cnn(let features): try features.write(map, of: path, to: output)
        case .clip:
            try NumpyFile(width: map.size(1), height: map.size(0), values: map.to(device: .cpu).floats()).write(
                to: output)
        }
    }
}
