package import ClipModels
package import Foundation
import NeuralNet
import TensorCore

extension DiffusionFolder {
    /// Writes a model with random weights: the right files, names and shapes, nothing learned.
    ///
    /// Weights start as PyTorch's layers do (`Initialization`), are stored in float16 as downloaded models are, and
    /// depend on configuration and seed alone. model_index.json is written last, so a folder that has it is complete.
    /// - Parameters:
    ///   - seed: UNet, autoencoder and text encoder draw from `seed`, `seed + 1` and `seed + 2`.
    ///   - tokenizer: its vocabulary must fit the text encoder's.
    ///   - attentionGain: factor on the drawn query and key weights of the UNet's cross-attention. At 1 the attention
    ///     to every word is almost the same everywhere, as at the start of any training; larger values give attention
    ///     maps with hills and valleys.
    /// - Throws: `DiffusionModelError` when the parts don't fit or a folder can't be written; `WeightsError`,
    ///   `TensorError`.
    package static func writeRandom(
        to url: URL, configuration: LatentDiffusionConfiguration, tokenizer: CLIPTokenizer, seed: UInt32,
        attentionGain: Double = 1
    ) throws {
        func drawn(_ seed: UInt32, _ build: (Parameters) throws -> Void) throws -> [String: Tensor] {
            let store = ParameterStore(drawnFrom: try Generator(seed: seed), dtype: .float16)
            try build(store.root)
            return Dictionary(store.named, uniquingKeysWith: { first, _ in first })
        }
        var unet = try drawn(seed) { _ = try UNet2DConditionModel($0, configuration.unet) }
        for (name, tensor) in unet where name.hasQueriesOrKeys && attentionGain != 1 {
            unet[name] = try tensor * attentionGain
        }
        // A pipeline's text encoder has no projection. Its names have the prefix that both older and newer readers
        // accept.
        var text = configuration.text
        text.embedding = nil
        try write(
            to: url, configuration: configuration, tokenizer: tokenizer, unet: unet,
            autoencoder: drawn(seed &+ 1) { _ = try AutoencoderKL($0, configuration.autoencoder) },
            textEncoder: drawn(seed &+ 2) { _ = try CLIPTextEncoder($0["text_model"], text, naming: .huggingFace) })
    }
}

extension String {
    /// Whether a UNet's parameter of this name makes the queries or keys of a cross-attention.
    fileprivate var hasQueriesOrKeys: Bool { hasSuffix("attn2.to_q.weight") || hasSuffix("attn2.to_k.weight") }
}
