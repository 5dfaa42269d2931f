import AnomalyGeneration
import ClipModels
import DiffusionModels
import EngineLink
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
    private var diffusion: (key: Key, generator: CUTGenerator)?
    private var clip: (key: Key, model: CLIPModel)?
    private var lpips: (key: Key, network: LPIPSNetwork)?

    init(device: Device) { self.device = device }

    func removeAll() {
        diffusion = nil
        clip = nil
        lpips = nil
    }

    /// CUT on the latent diffusion model in the folder.
    ///
    /// - Throws: whatever loading throws: `DiffusionModelError`, `WeightsError`, `CLIPError`, `TensorError`,
    ///   `GenerationError`.
    func generator(_ folder: String, _ dtype: DType) throws -> CUTGenerator {
        let key = Key(folder: folder, dtype: dtype)
        if let diffusion, diffusion.key == key { return diffusion.generator }
        diffusion = nil  // before the next one takes its memory
        let generator = try loading {
            try CUTGenerator(
                model: LatentDiffusionModel(folder: URL(fileURLWithPath: folder), dtype: dtype, device: device))
        }
        diffusion = (key, generator)
        return generator
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

    /// Loads; where memory runs out, once more without the models of the other kind.
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
