package import NeuralNet
package import TensorCore

/// The autoencoder between pictures and the latents that the UNet works on. `encode` and `decode` record no gradients.
///
/// - Source: Rombach et al. 2022, section 3.1 (KL-regularised); architecture and names as in diffusers 0.42
///   `AutoencoderKL`.
package struct AutoencoderKL {
    package let configuration: AutoencoderConfiguration
    package let dtype: DType
    package let device: Device
    private let encoder: AutoencoderEncoder
    private let decoder: AutoencoderDecoder
    private let quantConv: Conv2d?
    private let postQuantConv: Conv2d?

    /// The network at this place among the parameters; it runs in their store's dtype, on its device.
    package init(_ parameters: Parameters, _ configuration: AutoencoderConfiguration) throws {
        self.configuration = configuration
        (dtype, device) = (parameters.store.dtype, parameters.store.device)
        let latents = configuration.latentChannels
        encoder = try AutoencoderEncoder(parameters["encoder"], configuration)
        decoder = try AutoencoderDecoder(parameters["decoder"], configuration)
        quantConv =
            configuration.useQuantConv ? try Conv2d(parameters["quant_conv"], 2 * latents, 2 * latents, kernel: 1) : nil
        postQuantConv =
            configuration.usePostQuantConv
            ? try Conv2d(parameters["post_quant_conv"], latents, latents, kernel: 1) : nil
    }

    /// The posterior q(z|x), a normal distribution per cell.
    ///
    /// - Parameter pictures: [B, 3, H, W] in [-1, 1].
    /// - Returns: mean and log-variance, each [B, C, h, w], float32; the scaling factor is not applied.
    package func encode(_ pictures: Tensor) throws(TensorError) -> (mean: Tensor, logVariance: Tensor) {
        let moments = try onePictureAtATime(pictures) { picture throws(TensorError) in
            let moments = try encoder(picture)
            if let quantConv { return try quantConv(moments) }
            return moments
        }
        let halves = try moments.chunk(2, 1)
        // The bounds are diffusers' (DiagonalGaussianDistribution): e^-15 and e^10 as standard deviations.
        return (halves[0], try halves[1].clamp(min: -30, max: 20))
    }

    /// Decodes latents, already divided by the scaling factor, to pictures.
    ///
    /// - Parameter latents: [B, C, h, w].
    /// - Returns: [B, 3, H, W], float32, [-1, 1] for good latents; not clamped.
    package func decode(_ latents: Tensor) throws(TensorError) -> Tensor {
        try onePictureAtATime(latents) { latent throws(TensorError) in
            if let postQuantConv { return try decoder(postQuantConv(latent)) }
            return try decoder(latent)
        }
    }

    /// Decodes a whole batch at once, for training; gradients are recorded if the weights require them.
    ///
    /// - Parameter latents: [B, C, h, w], already divided by the scaling factor.
    /// - Returns: [B, 3, H, W], float32.
    package func decodeBatch(_ latents: Tensor) throws(TensorError) -> Tensor {
        let latents = try latents.to(dtype, device: device)
        return try decoder(postQuantConv.map { conv throws(TensorError) in try conv(latents) } ?? latents).to(.float32)
    }

    /// At full size one picture keeps any device busy and takes gigabytes, so a batch runs one by one.
    private func onePictureAtATime(_ batch: Tensor, _ body: (Tensor) throws(TensorError) -> Tensor) throws(TensorError)
        -> Tensor
    {
        try withoutGradients { () throws(TensorError) in
            var results: [Tensor] = []
            for index in 0..<(try batch.size(0)) {
                let row = try batch.narrow(0, start: index, length: 1).to(dtype, device: device)
                results.append(try body(row).to(.float32))
            }
            return try .cat(results)
        }
    }
}
