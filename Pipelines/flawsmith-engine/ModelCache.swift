import AnomalyGeneration
import ClipModels
import Detectors
import DiffusionModels
import EngineLink
import FeatureTrunks
import Foundation
import PictureQuality
import TensorCore

/// The models that are loaded: the last of each kind. Loading takes seconds to minutes, and requests for one model come
/// in a row.
final class ModelCache {
    private struct Key: Equatable {
        var folder: String
        var dtype: DType
    }

    let device: Device
    private var diffusion: (key: Key, model: LatentDiffusionModel)?
    private var generator: (call: MethodCall, generator: any EngineGenerator)?
    private var clip: (key: Key, model: CLIPModel)?
    private var cnn: (path: String, trunk: CNNTrunk)?
    private var transformer: (path: String, trunk: VisionTransformer)?
    private var lpips: (key: Key, network: LPIPSNetwork)?

    init(device: Device) { self.device = device }

    func removeAll() {
        diffusion = nil
        generator = nil
        clip = nil
        cnn = nil
        transformer = nil
        lpips = nil
    }

    /// The latent diffusion model in the folder.
    ///
    /// - Throws: whatever loading throws: `DiffusionModelError`, `WeightsError`, `CLIPError`, `TensorError`.
    func diffusion(_ folder: String, _ dtype: DType) throws -> LatentDiffusionModel {
        let key = Key(folder: folder, dtype: dtype)
        if let diffusion, diffusion.key == key { return diffusion.model }
        (diffusion, generator) = (nil, nil)  // before the next one takes its memory
        let model = try loading {
            try LatentDiffusionModel(folder: URL(fileURLWithPath: folder), dtype: dtype, device: device)
        }
        diffusion = (key, model)
        return model
    }

    /// The generator that a message asks for: groups of one run share its cached pictures and prompts.
    ///
    /// - Throws: `EngineFailure` for an unavailable generator; also whatever loading throws.
    func generator(_ call: MethodCall) throws -> any EngineGenerator {
        if let generator, generator.call == call { return generator.generator }
        let made = try EngineGenerators.make(call, shelf: self)
        generator = (call, made)
        return made
    }

    /// The CLIP in the folder, in float32: training and scores are float32 in every mode.
    ///
    /// - Throws: `CLIPError`, `WeightsError`, `TensorError`.
    func clip(_ folder: String) throws -> CLIPModel {
        let key = Key(folder: folder, dtype: .float32)
        if let clip, clip.key == key { return clip.model }
        clip = nil
        let model = try loading { try CLIPFolder(folder).loadModel(dtype: key.dtype, device: device) }
        clip = (key, model)
        return model
    }

    /// The convolutional network in the file or folder, in float32. One that was loaded deeper than needed will do.
    ///
    /// - Throws: `WeightsError`, `TensorError`.
    func cnn(_ path: String, _ family: CNNFamily, to cut: String) throws -> CNNTrunk {
        func depth(_ name: String) -> Int { family.cuts.firstIndex { $0.name == name } ?? 0 }
        if let cnn, cnn.path == path, cnn.trunk.family == family, depth(cnn.trunk.deepest) >= depth(cut) {
            return cnn.trunk
        }
        cnn = nil
        let trunk = try loading { try CNNTrunk.load(path, family: family, to: cut, device: device) }
        cnn = (path, trunk)
        return trunk
    }

    /// The vision transformer in the file or folder, in float32. One that was loaded deeper than needed will do.
    ///
    /// - Throws: `WeightsError`, `TensorError`.
    func transformer(_ path: String, _ family: TransformerFamily, to block: Int) throws -> VisionTransformer {
        if let transformer, transformer.path == path, transformer.trunk.name == family.rawValue,
            transformer.trunk.deepest >= block
        {
            return transformer.trunk
        }
        transformer = nil
        let trunk = try loading { try VisionTransformer.load(path, family: family, to: block, device: device) }
        transformer = (path, trunk)
        return trunk
    }

    /// LPIPS from the file, in float32.
    ///
    /// - Throws: `WeightsError`, `TensorError`.
    func lpips(_ file: String) throws -> LPIPSNetwork {
        let key = Key(folder: file, dtype: .float32)
        if let lpips, lpips.key == key { return lpips.network }
        lpips = nil
        let network = try loading { try LPIPSNetwork.load(file, device: device) }
        lpips = (key, network)
        return network
    }

    /// Loads a model; if memory runs out, tries once more after releasing the models of the other kind.
    private func loading<Model>(_ load: () throws -> Model) throws -> Model {
        do {
            return try load()
        } catch let error as TensorError where error.kind == .outOfMemory {
            removeAll()
            try device.emptyCache()
            return try load()
        }
    }
}
