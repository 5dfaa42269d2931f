import NeuralNet
import TensorCore

/// Transformer layers over the cells of a feature map, around a short cut.
///
/// - Source: Rombach et al. 2022, appendix E.2.1.
struct Transformer2D {
    private let norm: GroupNorm
    private let projectIn: Projection
    private let layers: [TransformerLayer]
    private let projectOut: Projection

    init(_ parameters: Parameters, _ configuration: UNetConfiguration, level: Int, contextIndex: inout Int) throws {
        let channels = configuration.blockOutChannels[level]
        // Group norms of transformers have an epsilon of their own (diffusers 0.42 Transformer2DModel).
        norm = try GroupNorm(parameters["norm"], groups: configuration.normNumGroups, channels: channels, eps: 1e-6)
        projectIn = try Projection(parameters["proj_in"], channels, linear: configuration.useLinearProjection)
        layers = try (0..<configuration.transformerLayers[level]).map { index in
            defer { contextIndex += 1 }
            return try TransformerLayer(
                parameters["transformer_blocks"][index], configuration, level: level, contextIndex: contextIndex)
        }
        projectOut = try Projection(parameters["proj_out"], channels, linear: configuration.useLinearProjection)
    }

    /// The layers' cross-attentions, in order.
    var crossAttentions: [Attention] { layers.map(\.crossAttention) }

    /// - Returns: [B, C, H, W] like the input; nil when the pass is over.
    func callAsFunction(_ input: Tensor, _ pass: UNetPass) throws(TensorError) -> Tensor? {
        let shape = input.shape
        let capture = pass.capture.flatMap { $0.wants(height: shape[2], width: shape[3]) ? $0 : nil }
        var x = try projectIn.tokens(norm(input))
        for layer in layers {
            guard let next = try layer(x, pass.context, capture) else { return nil }
            x = next
        }
        return try projectOut.map(x, height: shape[2], width: shape[3]) + input.tiled(to: x.size(0))
    }
}

/// A layer between feature map and tokens: a 1x1 convolution on the map, or a linear layer on the tokens.
private enum Projection {
    case convolution(Conv2d)
    case linear(Linear)

    init(_ parameters: Parameters, _ channels: Int, linear: Bool) throws {
        self =
            linear
            ? .linear(try Linear(parameters, channels, channels))
            : .convolution(try Conv2d(parameters, channels, channels, kernel: 1))
    }

    /// [B, C, H, W] to [B, HW, C].
    func tokens(_ x: Tensor) throws(TensorError) -> Tensor {
        switch self {
        case .convolution(let conv): try conv(x).flatten(2).transpose(1, 2)
        case .linear(let linear): try linear(x.flatten(2).transpose(1, 2))
        }
    }

    /// [B, HW, C] to [B, C, H, W].
    func map(_ x: Tensor, height: Int, width: Int) throws(TensorError) -> Tensor {
        func map(_ tokens: Tensor) throws(TensorError) -> Tensor {
            let shape = tokens.shape
            return try tokens.transpose(1, 2).reshape(shape[0], shape[2], height, width)
        }
        return switch self {
        case .convolution(let conv): try conv(map(x))
        case .linear(let linear): try map(linear(x))
        }
    }
}

/// Self-attention, cross-attention to the prompt, feed-forward; each behind a layer norm and around a short cut.
private struct TransformerLayer {
    private let norm1: LayerNorm
    private let selfAttention: Attention
    private let norm2: LayerNorm
    let crossAttention: Attention
    private let norm3: LayerNorm
    private let feedForward: FeedForward
    /// The index of this layer's keys and values in the prompt.
    private let contextIndex: Int

    init(_ parameters: Parameters, _ configuration: UNetConfiguration, level: Int, contextIndex: Int) throws {
        let (channels, heads) = (configuration.blockOutChannels[level], configuration.headCounts[level])
        let upcast = configuration.upcastAttention
        norm1 = try LayerNorm(parameters["norm1"], channels)
        selfAttention = try Attention(
            parameters["attn1"], channels, contextChannels: channels, heads: heads, upcast: upcast)
        norm2 = try LayerNorm(parameters["norm2"], channels)
        crossAttention = try Attention(
            parameters["attn2"], channels, contextChannels: configuration.crossAttentionDim, heads: heads,
            upcast: upcast)
        norm3 = try LayerNorm(parameters["norm3"], channels)
        feedForward = try FeedForward(parameters["ff"], channels)
        self.contextIndex = contextIndex
    }

    /// - Parameter capture: records the probabilities of the cross-attention; nil when they aren't needed.
    /// - Returns: [B, Q, C] like the input; nil when the pass is over.
    func callAsFunction(_ input: Tensor, _ context: PromptContext, _ capture: AttentionCapture?) throws(TensorError)
        -> Tensor?
    {
        let own = try norm1(input)
        var x = try selfAttention(own, selfAttention.keysAndValues(own)) + input
        // Up to here everything is the same for all prompts of a picture.
        x = try x.tiled(to: max(context.count, input.size(0)))
        let prompt = context.layers[contextIndex]
        if let capture {
            let probabilities = try crossAttention.probabilities(norm2(x), prompt)
            try capture.record(probabilities)
            if capture.passIsOver { return nil }
            x = try crossAttention(probabilities: probabilities, prompt) + x
        } else {
            x = try crossAttention(norm2(x), prompt) + x
        }
        return try feedForward(norm3(x)) + x
    }
}

/// Two linear layers with a gated GELU between them, four times as wide inside.
///
/// - Source: Shazeer 2020 (GEGLU).
private struct FeedForward {
    private let projectIn: Linear
    private let projectOut: Linear

    init(_ parameters: Parameters, _ channels: Int) throws {
        projectIn = try Linear(parameters["net"][0]["proj"], channels, 8 * channels)
        projectOut = try Linear(parameters["net"][2], 4 * channels, channels)
    }

    func callAsFunction(_ x: Tensor) throws(TensorError) -> Tensor {
        // The activations between the layers are eight times as wide as x; on the CPU they should stay in the cache
        // (4096 tokens, 320 channels, float32: 68 ms instead of 88).
        let tokens = try x.flatten(0, 1), count = try tokens.size(0)
        guard try x.device == .cpu, count > Self.tokensAtOnce else { return try inner(x) }
        let parts = try tokens.chunk((count + Self.tokensAtOnce - 1) / Self.tokensAtOnce)
        return try .cat(parts.map { part throws(TensorError) in try inner(part) }).reshape(x.shape)
    }

    private static let tokensAtOnce = 1024

    private func inner(_ x: Tensor) throws(TensorError) -> Tensor {
        let halves = try projectIn(x).chunk(2, -1)
        return try projectOut(halves[0] * halves[1].gelu())
    }
}

extension Tensor {
    /// `count` rows: all rows of the tensor, repeated as a whole.
    func tiled(to count: Int) throws(TensorError) -> Tensor {
        let rows = try size(0)
        return rows == count ? self : try .cat(Array(repeating: self, count: count / rows))
    }
}
