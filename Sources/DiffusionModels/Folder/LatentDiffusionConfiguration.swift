import ParameterKit
package import ClipModels
import NeuralNet

/// The shapes of all parts of a latent diffusion model, from which a new model with random weights is made.
package struct LatentDiffusionConfiguration: Sendable {
    package var unet: UNetConfiguration
    package var autoencoder: AutoencoderConfiguration
    package var text: CLIPTextConfiguration
    package var scheduler: SchedulerConfiguration

    package init(
        unet: UNetConfiguration, autoencoder: AutoencoderConfiguration, text: CLIPTextConfiguration,
        scheduler: SchedulerConfiguration = .stableDiffusion
    ) {
        (self.unet, self.autoencoder, self.text, self.scheduler) = (unet, autoencoder, text, scheduler)
    }

    package var imageSize: Int { unet.sampleSize * autoencoder.downsamplingFactor }
}

extension CLIPTextConfiguration {
    /// text_encoder/config.json, with transformers' names.
    var file: [String: JSONValue] {
        [
            "architectures": .array([.string("CLIPTextModel")]),
            "eos_token_id": endOfText.map { .int($0) } ?? .int(2),
            "hidden_act": .string(shape.activation.rawValue),
            "hidden_size": .int(shape.width),
            "intermediate_size": .int(shape.perceptron),
            "layer_norm_eps": .double(shape.eps),
            "max_position_embeddings": .int(contextLength),
            "model_type": .string("clip_text_model"),
            "num_attention_heads": .int(shape.heads),
            "num_hidden_layers": .int(shape.layers),
            "projection_dim": .int(embedding ?? shape.width),
            "vocab_size": .int(vocabularySize),
        ]
    }
}
