import Foundation
import NeuralNet
package import TensorCore

extension CLIPFolder {
    /// Writes a CLIP with random weights in open_clip's layout: the right files, names and shapes, nothing learned.
    ///
    /// Weights are stored in float16 and depend on configuration and seed alone. The vocabulary is CLIP's own, which
    /// open_clip's folders don't repeat.
    /// - Parameter configuration: norms with eps 1e-5, which open_clip's configuration has no key for.
    /// - Throws: `CLIPError.configuration` when open_clip's configuration can't express `configuration`, or the folder
    ///   can't be written; `WeightsError`, `TensorError`.
    package func writeRandom(_ configuration: CLIPConfiguration, seed: UInt32) throws {
        let store = ParameterStore(drawnFrom: try Generator(seed: seed), dtype: .float16)
        _ = try CLIPTextEncoder(store.root, configuration.text, naming: .openCLIP)
        _ = try CLIPVisionEncoder(store.root, configuration.vision, naming: .openCLIP)
        var tensors = Dictionary(store.named, uniquingKeysWith: { first, _ in first })
        // ln(1 / 0.07), where CLIP's training starts (Radford et al. 2021, section 2.5). open_clip wants the key;
        // scores here don't use it.
        tensors["logit_scale"] = try Tensor([Float(log(1 / 0.07))], [])
        try write(configuration, tensors)
    }

    /// Writes a CLIP in open_clip's layout, its weights in float16.
    ///
    /// - Parameters:
    ///   - configuration: norms with eps 1e-5, which open_clip's configuration has no key for.
    ///   - tensors: of both towers, by open_clip's names, and `logit_scale`.
    ///   - tokenizer: written beside them (vocab.json, merges.txt) where its vocabulary is not CLIP's own.
    /// - Throws: as `writeRandom`.
    package func write(_ configuration: CLIPConfiguration, _ tensors: [String: Tensor], tokenizer: CLIPTokenizer? = nil)
        throws
    {
        let file = "\(path)/open_clip_config.json"
        guard let content = OpenCLIPContent(configuration) else {
            throw CLIPError.configuration(
                file: file, reason: "open_clip's layout has no key for an activation or embedding of this kind")
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            try (encoder.encode(content) + [UInt8(ascii: "\n")]).write(to: URL(fileURLWithPath: file), options: .atomic)
            try tokenizer?.write(to: URL(fileURLWithPath: path))
        } catch {
            throw CLIPError.configuration(file: file, reason: "can't be written (\(error.localizedDescription))")
        }
        try SafetensorsWriter.write(
            tensors, to: "\(path)/open_clip_model.safetensors", dtype: .float16, metadata: ["format": "pt"])
    }
}

/// open_clip_config.json, as it is written.
private struct OpenCLIPContent: Encodable {
    struct Model: Encodable {
        var embed_dim: Int
        var quick_gelu: Bool
        var text_cfg: Text
        var vision_cfg: Vision
    }
    struct Text: Encodable {
        var context_length, heads, layers, vocab_size, width: Int
        var mlp_ratio: Double
    }
    struct Vision: Encodable {
        var head_width, image_size, layers, patch_size, width: Int
        var mlp_ratio: Double
    }
    struct Preprocessing: Encodable {
        var mean, std: [Double]
    }
    var model_cfg: Model
    var preprocess_cfg: Preprocessing

    /// Nil when a part has no key in the file.
    init?(_ configuration: CLIPConfiguration) {
        let (text, vision) = (configuration.text, configuration.vision)
        let activation = text.shape.activation
        guard [.gelu, .quickGELU].contains(activation), activation == vision.shape.activation,
            text.embedding == vision.embedding
        else {
            return nil
        }
        model_cfg = Model(
            embed_dim: vision.embedding, quick_gelu: activation == .quickGELU,
            text_cfg: Text(
                context_length: text.contextLength, heads: text.shape.heads, layers: text.shape.layers,
                vocab_size: text.vocabularySize,
                width: text.shape.width, mlp_ratio: Double(text.shape.perceptron) / Double(text.shape.width)),
            vision_cfg: Vision(
                head_width: vision.shape.width / vision.shape.heads, image_size: vision.imageSize,
                layers: vision.shape.layers,
                patch_size: vision.patchSize, width: vision.shape.width,
                mlp_ratio: Double(vision.shape.perceptron) / Double(vision.shape.width)))
        preprocess_cfg = Preprocessing(mean: configuration.mean, std: configuration.deviation)
    }
}
