import DiffusionModels
import Foundation
import GoldenSupport
import NeuralNet
import TensorCore

/// The thin model of `cut_reference.py`: written as a model folder with seeded weights, read by the product's own
/// loader.
enum ThinModel {
    /// Read once; only the serialised tests of `EngineTests` use it, one after the other.
    nonisolated(unsafe) static let shared = Result { try load(.float32) }

    static func load(_ dtype: DType) throws -> LatentDiffusionModel {
        let home = FileManager.default.temporaryDirectory.appendingPathComponent("cut-model-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: home) }
        // At these sizes a second thread only waits
        try Library.setThreads(1)
        try write(to: home)
        return try LatentDiffusionModel(folder: home, dtype: dtype, device: .cpu)
    }

    private static func write(to home: URL) throws {
        let reference = try CUTReference.object()
        let seed = reference["seed"] as? Int ?? 0
        let parameters = reference["parameters"] as? [String: [String: [Int]]] ?? [:]
        let parts = [
            ("unet", "diffusion_pytorch_model", seed), ("vae", "diffusion_pytorch_model", seed + 1),
            ("text_encoder", "model", seed + 2),
        ]
        for (part, stem, seed) in parts {
            try write(reference[part], to: home, part, "config.json")
            let weights = try SeededWeights(seed: seed).parameters(parameters[part] ?? [:])
            try SafetensorsWriter.write(weights, to: home.appendingPathComponent("\(part)/\(stem).safetensors").path)
        }
        try write(reference["scheduler"], to: home, "scheduler", "scheduler_config.json")
        let index = [
            "unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"],
            "scheduler": ["diffusers", "DDIMScheduler"],
            "text_encoder": ["transformers", "CLIPTextModel"], "tokenizer": ["transformers", "CLIPTokenizer"],
        ]
        try JSONSerialization.data(withJSONObject: index).write(to: home.appendingPathComponent("model_index.json"))
    }

    private static func write(_ object: Any?, to home: URL, _ part: String, _ name: String) throws {
        let place = home.appendingPathComponent(part)
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        try JSONSerialization.data(withJSONObject: object ?? [:]).write(to: place.appendingPathComponent(name))
    }
}
