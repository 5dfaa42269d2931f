package import ClipModels
package import TensorCore

/// A whole latent diffusion model of Stable Diffusion 1.5's architecture: text encoder, autoencoder, UNet, noise
/// schedule.
///
/// - Source: Rombach et al. 2022; folder layout, names and defaults of diffusers 0.42 `StableDiffusionPipeline`.
package struct LatentDiffusionModel {
    package let tokenizer: CLIPTokenizer
    package let textEncoder: CLIPTextEncoder
    package let autoencoder: AutoencoderKL
    package let unet: UNet2DConditionModel
    package let schedulerConfiguration: SchedulerConfiguration
    package let schedule: NoiseSchedule
    /// How many numbers the weights of all networks hold.
    package let parameterCount: Int
    package let dtype: DType
    package let device: Device

    /// Pixels a side that the model works at: the UNet's own size; the autoencoder's `sample_size` is ignored, as it is
    /// by diffusers.
    package var imageSize: Int { latentSize * autoencoder.configuration.downsamplingFactor }
    /// Cells a side of a latent.
    package var latentSize: Int { unet.configuration.sampleSize }
    package var latentChannels: Int { unet.configuration.inChannels }

    /// A prompt's tokens as the UNet reads them, padded to 77: [1, 77, C]. The empty prompt is the negative one of
    /// guidance.
    /// - Throws: `CLIPError` when tokenizer and text encoder don't belong together; `TensorError`.
    package func encodePrompt(_ text: String) throws -> Tensor {
        try withoutGradients { try textEncoder.hiddenStates([tokenizer.tokenize(text)]) }
    }

    /// z₀: the posterior mean × the scaling factor.
    /// - Source: Rombach et al. 2022, appendix D.1; the mean instead of a sample is pinned.
    /// - Parameter pictures: [B, 3, H, W] in [-1, 1].
    /// - Returns: [B, C, h, w], float32.
    package func encode(_ pictures: Tensor) throws(TensorError) -> Tensor {
        try autoencoder.encode(pictures).mean * autoencoder.configuration.scalingFactor
    }

    /// - Parameter latents: z₀, [B, C, h, w].
    /// - Returns: pictures, [B, 3, H, W], float32, not clamped to [-1, 1].
    package func decode(_ latents: Tensor) throws(TensorError) -> Tensor {
        try autoencoder.decode(latents / autoencoder.configuration.scalingFactor)
    }
}
