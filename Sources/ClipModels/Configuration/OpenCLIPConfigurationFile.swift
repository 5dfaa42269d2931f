import NeuralNet

/// `open_clip_config.json`, with open_clip's defaults. Variants of CLIP that only open_clip supports are refused by
/// name.
///
/// *Source*: open_clip 3.3.0, `CLIPVisionCfg`, `CLIPTextCfg` and the hub's config file.
struct OpenCLIPConfigurationFile: Decodable {
    var model_cfg: Model
    var preprocess_cfg: Preprocess?

    struct Model: Decodable {
        var embed_dim: Int
        var quick_gelu: Bool?
        var vision_cfg: Vision
        var text_cfg: Text
    }

    struct Preprocess: Decodable {
        var mean: [Double]?
        var std: [Double]?
    }

    struct Vision: Decodable {
        var image_size: Int?
        var layers: Layers?
        var width: Int?
        var head_width: Int?
        var patch_size: Int?
        var mlp_ratio: Double?
        // Keys for variants that are not implemented; any value but open_clip's default is refused.
        var ls_init_value: Double?
        var attentional_pool: Bool?
        var no_ln_pre: Bool?
        var pos_embed_type: String?
        var pool_type: String?
        var block_type: String?
        var act_kwargs: [String: Double]?
        var norm_kwargs: [String: Double]?
        var timm_model_name: String?
    }

    struct Text: Decodable {
        var context_length: Int?
        var vocab_size: Int?
        var width: Int?
        var heads: Int?
        var layers: Int?
        var mlp_ratio: Double?
        var hf_model_name: String?
        var hf_tokenizer_name: String?
        var ls_init_value: Double?
        var embed_cls: Bool?
        var no_causal_mask: Bool?
        var pool_type: String?
        var proj_bias: Bool?
        var proj_type: String?
        var block_type: String?
        var act_kwargs: [String: Double]?
        var norm_kwargs: [String: Double]?
    }

    /// A number for a Vision Transformer, four for a ResNet.
    struct Layers: Decodable {
        var count: Int?

        init(from decoder: any Decoder) throws {
            count = try? decoder.singleValueContainer().decode(Int.self)
        }
    }

    /// - Throws: `CLIPError.configuration` naming what is out of range or not implemented.
    func configuration(file: String) throws(CLIPError) -> CLIPConfiguration {
        let check = ConfigurationCheck(file: file)
        let (vision, text) = (model_cfg.vision_cfg, model_cfg.text_cfg)
        let refused: [(String, Bool)] = [
            ("a ResNet as vision tower", vision.layers != nil && vision.layers?.count == nil),
            ("vision_cfg.timm_model_name", vision.timm_model_name != nil),
            ("vision_cfg.ls_init_value", vision.ls_init_value != nil),
            ("vision_cfg.attentional_pool", vision.attentional_pool ?? false),
            ("vision_cfg.no_ln_pre", vision.no_ln_pre ?? false),
            ("vision_cfg.pos_embed_type", vision.pos_embed_type ?? "learnable" != "learnable"),
            ("vision_cfg.pool_type", vision.pool_type ?? "tok" != "tok"),
            ("vision_cfg.block_type", vision.block_type ?? "default" != "default"),
            ("vision_cfg.act_kwargs", vision.act_kwargs != nil), ("vision_cfg.norm_kwargs", vision.norm_kwargs != nil),
            ("text_cfg.hf_model_name", text.hf_model_name != nil),
            ("text_cfg.hf_tokenizer_name", text.hf_tokenizer_name != nil),
            ("text_cfg.ls_init_value", text.ls_init_value != nil), ("text_cfg.embed_cls", text.embed_cls ?? false),
            ("text_cfg.no_causal_mask", text.no_causal_mask ?? false),
            ("text_cfg.pool_type", text.pool_type ?? "argmax" != "argmax"),
            ("text_cfg.proj_bias", text.proj_bias ?? false),
            ("text_cfg.proj_type", text.proj_type ?? "linear" != "linear"),
            ("text_cfg.block_type", text.block_type ?? "default" != "default"),
            ("text_cfg.act_kwargs", text.act_kwargs != nil), ("text_cfg.norm_kwargs", text.norm_kwargs != nil),
        ]
        if let (name, _) = refused.first(where: \.1) {
            throw check.refuse(
                "\(name) asks for a variant of CLIP that is not implemented; use a Vision Transformer in OpenAI's form")
        }
        // Defaults and the eps of torch's LayerNorm as in open_clip.
        let activation: Activation = model_cfg.quick_gelu ?? false ? .quickGELU : .gelu
        let (width, headWidth) = (
            vision.width ?? 768, try check.positive(vision.head_width ?? 64, "vision_cfg.head_width")
        )
        let visionShape = try check.shape(
            width: width, layers: vision.layers?.count ?? 12, heads: width / headWidth,
            perceptron: try check.perceptron(width, vision.mlp_ratio, "vision_cfg"), activation: activation, eps: 1e-5,
            "vision_cfg")
        let textWidth = text.width ?? 512
        let textShape = try check.shape(
            width: textWidth, layers: text.layers ?? 12, heads: text.heads ?? 8,
            perceptron: try check.perceptron(textWidth, text.mlp_ratio, "text_cfg"), activation: activation, eps: 1e-5,
            "text_cfg")
        return CLIPConfiguration(
            text: CLIPTextConfiguration(
                shape: textShape, vocabularySize: try check.positive(text.vocab_size ?? 49408, "text_cfg.vocab_size"),
                contextLength: try check.positive(text.context_length ?? 77, "text_cfg.context_length"),
                embedding: try check.positive(model_cfg.embed_dim, "embed_dim"), endOfText: nil),
            vision: try check.vision(
                visionShape, imageSize: vision.image_size ?? 224, patchSize: vision.patch_size ?? 16,
                embedding: model_cfg.embed_dim),
            mean: try check.normalisation(preprocess_cfg?.mean, "mean", default: CLIPPreprocessor.mean),
            deviation: try check.normalisation(preprocess_cfg?.std, "std", default: CLIPPreprocessor.deviation))
    }
}
