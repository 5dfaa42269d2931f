package import ClipModels
package import DiffusionModels
import NeuralNet

/// The networks that the settings describe.
extension TrainingSettings {
    package var autoencoderConfiguration: AutoencoderConfiguration {
        var configuration = AutoencoderConfiguration()
        configuration.blockOutChannels = autoencoder.channels
        configuration.latentChannels = latents.channels
        configuration.normNumGroups = autoencoder.groups
        // Latents have the wanted scale already.
        configuration.scalingFactor = 1
        return configuration
    }

    package var latentSize: Int { picture_size / autoencoderConfiguration.downsamplingFactor }

    /// Cross-attention at every level of 16×16 cells or fewer but the lowest when there are several, as SD 1.5 leaves
    /// out its lowest.
    package var unetConfiguration: UNetConfiguration {
        var configuration = UNetConfiguration(sampleSize: latentSize)
        let levels = diffusion.channels.count
        let sides = (0..<levels).map { latentSize >> $0 }
        (configuration.inChannels, configuration.outChannels) = (latents.channels, latents.channels)
        configuration.blockOutChannels = diffusion.channels
        configuration.downAttention = sides.map { $0 <= UNet2DConditionModel.attentionSide }
        configuration.upAttention = configuration.downAttention.reversed()
        (configuration.layersPerBlock, configuration.transformerLayers) = (
            Array(repeating: 1, count: levels), Array(repeating: 1, count: levels)
        )
        configuration.headCounts = diffusion.heads
        configuration.crossAttentionDim = diffusion.text_width
        configuration.normNumGroups = diffusion.groups
        return configuration
    }

    package func textConfiguration(_ vocabulary: BytePairVocabulary) -> CLIPTextConfiguration {
        CLIPTextConfiguration(
            shape: Self.shape(diffusion.text_width, diffusion.text_layers, diffusion.text_heads),
            vocabularySize: vocabulary.size,
            contextLength: CLIPTokenizer.contextLength, embedding: nil, endOfText: vocabulary.endOfText)
    }

    package func clipConfiguration(_ vocabulary: BytePairVocabulary) -> CLIPConfiguration {
        CLIPConfiguration(
            text: CLIPTextConfiguration(
                shape: Self.shape(clip.width, clip.text_layers, clip.heads), vocabularySize: vocabulary.size,
                // open_clip's layout has no key for the end token: it is the largest number of a text, as this
                // vocabulary has it.
                contextLength: CLIPTokenizer.contextLength, embedding: clip.width, endOfText: nil),
            vision: CLIPVisionConfiguration(
                shape: Self.shape(clip.width, clip.layers, clip.heads), imageSize: clip.image_size,
                patchSize: clip.patch_size,
                embedding: clip.width))
    }

    /// As OpenAI's CLIP: perceptrons four times as wide, QuickGELU.
    private static func shape(_ width: Int, _ layers: Int, _ heads: Int) -> TransformerShape {
        TransformerShape(
            width: width, layers: layers, heads: heads, perceptron: 4 * width, activation: .quickGELU, eps: 1e-5)
    }
}
