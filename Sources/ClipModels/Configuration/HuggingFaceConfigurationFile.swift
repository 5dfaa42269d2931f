import NeuralNet
import TensorCore

/// Hugging Face's `config.json` of a whole CLIP, with transformers' defaults.
///
/// *Source*: transformers 5.23.0, `CLIPConfig`. Older files repeat their towers under `…_config_dict`, which then wins.
struct HuggingFaceConfigurationFile: Decodable {
    var model_type: String?
    var projection_dim: Int?
    var text_config: HuggingFaceTower?
    var vision_config: HuggingFaceTower?
    var text_config_dict: HuggingFaceTower?
    var vision_config_dict: HuggingFaceTower?

    /// `preprocessor_config.json` beside it.
    struct Preprocessor: Decodable {
        var image_mean: [Double]?
        var image_std: [Double]?
    }

    /// - Throws: `CLIPError.configuration` naming what is out of range or not implemented.
    func configuration(file: String, preprocessor: Preprocessor?) throws(CLIPError) -> CLIPConfiguration {
        let check = ConfigurationCheck(file: file)
        guard let written = vision_config ?? vision_config_dict, text_config != nil || text_config_dict != nil else {
            throw check.refuse("text_config or vision_config is missing: not a whole CLIP")
        }
        if let model_type, model_type != "clip" { throw check.refuse("model_type is \"\(model_type)\", not \"clip\"") }
        let embedding = try check.positive(projection_dim ?? 512, "projection_dim")
        var text = text_config ?? HuggingFaceTower()
        text.override(with: text_config_dict)
        var vision = written
        vision.override(with: vision_config_dict)
        return CLIPConfiguration(
            text: try text.text(file: file, embedding: embedding),
            vision: try vision.vision(file: file, embedding: embedding),
            mean: try check.normalisation(preprocessor?.image_mean, "mean", default: CLIPPreprocessor.mean),
            deviation: try check.normalisation(preprocessor?.image_std, "std", default: CLIPPreprocessor.deviation))
    }
}

/// One tower's configuration with Hugging Face's keys.
struct HuggingFaceTower: Decodable {
    var hidden_size: Int?
    var intermediate_size: Int?
    var num_hidden_layers: Int?
    var num_attention_heads: Int?
    var hidden_act: String?
    var layer_norm_eps: Double?
    var vocab_size: Int?
    var max_position_embeddings: Int?
    var eos_token_id: Int?
    var projection_dim: Int?
    var image_size: Int?
    var patch_size: Int?
    var num_channels: Int?

    init() {}

    mutating func override(with other: HuggingFaceTower?) {
        guard let other else { return }
        hidden_size = other.hidden_size ?? hidden_size
        intermediate_size = other.intermediate_size ?? intermediate_size
        num_hidden_layers = other.num_hidden_layers ?? num_hidden_layers
        num_attention_heads = other.num_attention_heads ?? num_attention_heads
        hidden_act = other.hidden_act ?? hidden_act
        layer_norm_eps = other.layer_norm_eps ?? layer_norm_eps
        vocab_size = other.vocab_size ?? vocab_size
        max_position_embeddings = other.max_position_embeddings ?? max_position_embeddings
        eos_token_id = other.eos_token_id ?? eos_token_id
        image_size = other.image_size ?? image_size
        patch_size = other.patch_size ?? patch_size
        num_channels = other.num_channels ?? num_channels
    }

    /// - Parameter embedding: nil for a tower without projection.
    func text(file: String, embedding: Int?) throws(CLIPError) -> CLIPTextConfiguration {
        let check = ConfigurationCheck(file: file)
        // Defaults of transformers' CLIPTextConfig. Files from before 2023 give an end token of 2 by mistake.
        return CLIPTextConfiguration(
            shape: try check.shape(
                width: hidden_size ?? 512, layers: num_hidden_layers ?? 12, heads: num_attention_heads ?? 8,
                perceptron: intermediate_size ?? 2048, activation: try activation(check), eps: layer_norm_eps ?? 1e-5,
                "the text tower"),
            vocabularySize: try check.positive(vocab_size ?? 49408, "vocab_size"),
            contextLength: try check.positive(max_position_embeddings ?? 77, "max_position_embeddings"),
            embedding: embedding,
            endOfText: eos_token_id == 2 ? nil : eos_token_id ?? 49407)
    }

    func vision(file: String, embedding: Int) throws(CLIPError) -> CLIPVisionConfiguration {
        let check = ConfigurationCheck(file: file)
        guard num_channels ?? 3 == 3 else { throw check.refuse("num_channels is \(num_channels ?? 3), not 3") }
        // Defaults of transformers' CLIPVisionConfig.
        let shape = try check.shape(
            width: hidden_size ?? 768, layers: num_hidden_layers ?? 12, heads: num_attention_heads ?? 12,
            perceptron: intermediate_size ?? 3072, activation: try activation(check), eps: layer_norm_eps ?? 1e-5,
            "the vision tower")
        return try check.vision(shape, imageSize: image_size ?? 224, patchSize: patch_size ?? 32, embedding: embedding)
    }

    private func activation(_ check: ConfigurationCheck) throws(CLIPError) -> Activation {
        do {
            return try Activation(named: hidden_act ?? "quick_gelu")
        } catch {
            throw check.refuse("hidden_act: \(error.message)")
        }
    }
}
