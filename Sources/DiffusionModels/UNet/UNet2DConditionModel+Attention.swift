package import TensorCore

/// Cross-attention maps at 16x16, which CUT's guidance looks at.
extension UNet2DConditionModel {
    /// Side of the feature maps whose cross-attention counts (the paper's section 4.1, after Attend-and-Excite).
    package static let attentionSide = 16

    /// How many cross-attention layers have 16x16 queries at the model's own size: 5 in SD 1.5; with 0 CUT can't run.
    package var attentionLayerCount: Int { configuration.attentionLayerCount(latentSide: configuration.sampleSize) }

    /// The noise, and the probabilities of the cross-attention layers with 16x16 queries.
    /// - Parameter context: one prompt, or N·B as in `callAsFunction(_:timestep:context:)`; then there are N·B rows
    ///   where B stands below.
    /// - Returns: noise [B, C, h, w]; attention [B, 256, tokens], the mean over all heads of all such layers; both
    ///   float32.
    /// - Throws: `DiffusionModelError` when the model has no such layer at this size; `TensorError`.
    package func noiseAndAttention(_ latents: Tensor, timestep: Int, context: PromptContext) throws -> (
        noise: Tensor, attention: Tensor
    ) {
        try noiseAndAttention(latents, timesteps: [timestep], context: context)
    }

    /// The same with a timestep for each picture, as training needs it.
    /// - Parameter timesteps: one for all pictures, or B of them if the context has at most one prompt for each
    ///   picture.
    package func noiseAndAttention(_ latents: Tensor, timesteps: [Int], context: PromptContext) throws
        -> (noise: Tensor, attention: Tensor)
    {
        let capture = try capture(latents, endsPass: false)
        guard let noise = try forward(latents, timesteps, context, capture: capture), let attention = try capture.mean()
        else {
            throw Self.endedEarly
        }
        return (noise, attention)
    }

    /// The attention of `noiseAndAttention` alone: the pass ends at the last layer that counts, about half way through
    /// SD 1.5.
    /// - Returns: [B, 256, tokens], float32.
    /// - Throws: as `noiseAndAttention`.
    package func attention(_ latents: Tensor, timestep: Int, context: PromptContext) throws -> Tensor {
        let capture = try capture(latents, endsPass: true)
        _ = try forward(latents, [timestep], context, capture: capture)
        guard let attention = try capture.mean() else { throw Self.endedEarly }
        return attention
    }

    func capture(_ latents: Tensor, endsPass: Bool) throws -> AttentionCapture {
        let (height, width) = (try latents.size(-2), try latents.size(-1))
        let layers = height == width ? configuration.attentionLayerCount(latentSide: height) : 0
        guard layers > 0 else {
            throw DiffusionModelError(
                .unusable,
                "the UNet has no cross-attention at \(Self.attentionSide)x\(Self.attentionSide) for latents of \(height)x\(width)"
            )
        }
        return AttentionCapture(side: Self.attentionSide, layerCount: layers, endsPass: endsPass)
    }
}

extension UNetConfiguration {
    /// How many cross-attention layers have 16x16 queries for latents of this side.
    func attentionLayerCount(latentSide: Int) -> Int {
        var layers = 0
        for (level, side) in sides(latentSide: latentSide).enumerated() where side == UNet2DConditionModel.attentionSide
        {
            if downAttention[level] { layers += layersPerBlock[level] }
            if level == levels - 1 { layers += 1 }
            if upAttention[levels - 1 - level] { layers += layersPerBlock[level] + 1 }
            layers *= transformerLayers[level]
        }
        return layers
    }
}
