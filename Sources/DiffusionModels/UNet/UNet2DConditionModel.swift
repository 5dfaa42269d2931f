package import NeuralNet
package import TensorCore

/// The network that predicts the noise in a latent, given the timestep and a prompt.
///
/// Latents come and predictions go in float32; in between the network runs in its own dtype. Operations are recorded
/// for gradients if the latents require them, and in training if the weights do.
/// - Source: Rombach et al. 2022, sections 3.2 and 3.3; architecture and names as in diffusers 0.42
///   `UNet2DConditionModel`.
package struct UNet2DConditionModel {
    package let configuration: UNetConfiguration
    package let dtype: DType
    package let device: Device
    let convIn: Conv2d
    let timeEmbedding: TimestepEmbedding
    let downBlocks: [DownBlock]
    let midBlock: MidBlock
    let upBlocks: [UpBlock]
    private let normOut: GroupNorm
    private let convOut: Conv2d

    /// The network at this place among the parameters; it runs in their store's dtype, on its device.
    package init(_ parameters: Parameters, _ configuration: UNetConfiguration) throws {
        self.configuration = configuration
        (dtype, device) = (parameters.store.dtype, parameters.store.device)
        let channels = configuration.blockOutChannels
        // Cross-attentions are numbered in the order in which a forward pass meets them.
        var contextIndex = 0
        convIn = try Conv2d(parameters["conv_in"], configuration.inChannels, channels[0], kernel: 3, padding: 1)
        timeEmbedding = try TimestepEmbedding(parameters["time_embedding"], configuration)
        downBlocks = try (0..<configuration.levels).map {
            try DownBlock(parameters["down_blocks"][$0], configuration, level: $0, contextIndex: &contextIndex)
        }
        midBlock = try MidBlock(parameters["mid_block"], configuration, contextIndex: &contextIndex)
        upBlocks = try (0..<configuration.levels).map {
            try UpBlock(
                parameters["up_blocks"][$0], configuration, level: configuration.levels - 1 - $0,
                contextIndex: &contextIndex)
        }
        normOut = try GroupNorm(
            parameters["conv_norm_out"], groups: configuration.normNumGroups, channels: channels[0],
            eps: configuration.normEps)
        convOut = try Conv2d(parameters["conv_out"], channels[0], configuration.outChannels, kernel: 3, padding: 1)
    }

    /// Keys and values of every cross-attention layer for encoded prompts: they depend on neither z nor t, so they are
    /// computed once.
    /// - Parameter textEmbeddings: [N, 77, C]; N = 1 serves a batch of any size.
    package func promptContext(_ textEmbeddings: Tensor) throws(TensorError) -> PromptContext {
        let text = try textEmbeddings.to(dtype, device: device)
        let attentions =
            downBlocks.flatMap(\.crossAttentions) + midBlock.crossAttentions + upBlocks.flatMap(\.crossAttentions)
        var layers: [KeysAndValues] = []
        for attention in attentions { layers.append(try attention.keysAndValues(text)) }
        return PromptContext(layers: layers, count: try text.size(0))
    }

    /// ε_θ(z_t, t, c): the noise in the latents.
    /// - Parameters:
    ///   - latents: z_t, [B, C, h, w].
    ///   - timestep: t, 0 ..< the schedule's number of training timesteps, the same for the whole batch.
    ///   - context: one prompt, or N·B, the first B for the batch, the next for the batch again, and so on.
    /// - Returns: [B, C, h, w], or [N·B, C, h, w], float32.
    package func callAsFunction(_ latents: Tensor, timestep: Int, context: PromptContext) throws -> Tensor {
        guard let noise = try forward(latents, [timestep], context, capture: nil) else { throw Self.endedEarly }
        return noise
    }

    /// The whole pass; nil when `capture` ended it.
    func forward(_ latents: Tensor, _ timesteps: [Int], _ context: PromptContext, capture: AttentionCapture?)
        throws(TensorError) -> Tensor?
    {
        let time = try timeEmbedding(timesteps, dtype: dtype, device: device).silu()
        let pass = UNetPass(time: time, context: context, capture: capture)
        var x = try convIn(latents.to(dtype, device: device))
        var skips = [x]
        for block in downBlocks {
            guard let next = try block(x, pass, skips: &skips) else { return nil }
            x = next
        }
        guard let middle = try midBlock(x, pass) else { return nil }
        x = middle
        for block in upBlocks {
            guard let next = try block(x, pass, skips: &skips) else { return nil }
            x = next
        }
        return try convOut(normOut(x).siluConsuming()).to(.float32)
    }

    /// A whole pass never ends early, so this is an internal error.
    static let endedEarly = DiffusionModelError(.unusable, "internal: a whole pass of the UNet ended early")
}
