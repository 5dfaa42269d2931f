import ClipModels
import DiffusionModels
import NeuralNet

// The smallest shapes that still have every part: pictures of 64 pixels, latents of 16 cells (so that cross-attention
// with 16 x 16 queries exists, which CUT works on), several levels, several heads, CLIP's whole vocabulary.

extension LatentDiffusionConfiguration {
    static func starter(_ tokenizer: CLIPTokenizer) -> LatentDiffusionConfiguration {
        var unet = UNetConfiguration(sampleSize: 16)
        unet.blockOutChannels = [32, 64, 64]
        (unet.downAttention, unet.upAttention) = ([true, true, false], [false, true, true])
        (unet.layersPerBlock, unet.transformerLayers) = ([1, 1, 1], [1, 1, 1])
        unet.headCounts = [4, 4, 4]
        unet.crossAttentionDim = 64
        unet.normNumGroups = 8
        var autoencoder = AutoencoderConfiguration()
        // Three levels: 4 pixels a side of a cell.
        (autoencoder.blockOutChannels, autoencoder.normNumGroups) = ([16, 32, 32], 8)
        return LatentDiffusionConfiguration(
            unet: unet, autoencoder: autoencoder,
            text: CLIPTextConfiguration(
                shape: TransformerShape(
                    width: 64, layers: 2, heads: 4, perceptron: 256, activation: .quickGELU, eps: 1e-5),
                vocabularySize: tokenizer.vocabulary.size, contextLength: CLIPTokenizer.contextLength, embedding: nil,
                endOfText: tokenizer.vocabulary.endOfText))
    }
}

extension CLIPConfiguration {
    static func starter(_ tokenizer: CLIPTokenizer) -> CLIPConfiguration {
        func shape(layers: Int) -> TransformerShape {
            TransformerShape(width: 64, layers: layers, heads: 4, perceptron: 256, activation: .quickGELU, eps: 1e-5)
        }
        return CLIPConfiguration(
            text: CLIPTextConfiguration(
                shape: shape(layers: 2), vocabularySize: tokenizer.vocabulary.size,
                contextLength: CLIPTokenizer.contextLength,
                embedding: 64,
                endOfText: tokenizer.vocabulary.endOfText),
            // Four blocks: one for each of VLAD's stages.
            vision: CLIPVisionConfiguration(shape: shape(layers: 4), imageSize: 64, patchSize: 8, embedding: 64))
    }
}
