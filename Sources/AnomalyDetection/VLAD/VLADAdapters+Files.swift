package import ClipModels
package import Detectors
import Foundation
import NeuralNet
import TensorCore

extension VLADAdapters {
    /// Reads adapters that a training wrote for this model and these stages.
    ///
    /// - Throws: `WeightsError` when the file is missing, damaged, or belongs to another model or other stages;
    ///   `TensorError`.
    package static func load(_ path: String, for clip: CLIPModel, settings: VLADSettings) throws -> VLADAdapters {
        let file = try SafetensorsFile(path)
        let stages = Self.text(settings.stages)
        if let trained = file.metadata["stages"], trained != stages {
            throw WeightsError(.badData, path, "trained on the outputs of blocks \(trained), not \(stages)")
        }
        let vision = clip.configuration.vision
        return try VLADAdapters(
            ParameterStore(file, device: clip.device), stages: settings.stages.count, width: vision.shape.width,
            embedding: vision.embedding)
    }

    /// Writes the adapters as a safetensors file: `stages.<i>.weight`, `stages.<i>.bias`, `image.weight`, `image.bias`,
    /// float32.
    ///
    /// - Throws: `WeightsError` of kind io, `TensorError`.
    func write(to path: String, settings: VLADSettings) throws {
        var tensors: [String: Tensor] = [:]
        for (name, tensor) in named { tensors[name] = try tensor.detach().to(device: .cpu) }
        try SafetensorsWriter.write(tensors, to: path, metadata: ["stages": Self.text(settings.stages)])
    }

    private static func text(_ stages: [Int]) -> String { stages.map(String.init).joined(separator: ",") }
}
