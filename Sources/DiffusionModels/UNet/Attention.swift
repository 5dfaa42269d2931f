import NeuralNet
import TensorCore

/// Multi-head attention of feature-map cells to one another, or to the tokens of a prompt.
///
/// - Source: Vaswani et al. 2017, section 3.2; Rombach et al. 2022, section 3.3 (queries from the picture, keys and
///   values from the text).
struct Attention {
    private let toQuery: Linear
    private let toKey: Linear
    private let toValue: Linear
    private let toOut: Linear
    private let heads: Int
    private let scale: Double
    private let upcast: Bool

    /// - Parameters:
    ///   - channels: width of the queries and of the result.
    ///   - contextChannels: width of the tokens that are attended to.
    ///   - bias: whether queries, keys and values have one (the autoencoder's do).
    ///   - upcast: attention in float32 whatever the dtype of the input.
    init(
        _ parameters: Parameters, _ channels: Int, contextChannels: Int, heads: Int, bias: Bool = false,
        upcast: Bool = false
    ) throws {
        toQuery = try Linear(parameters[anyOf: "to_q", "query"], channels, channels, bias: bias)
        toKey = try Linear(parameters[anyOf: "to_k", "key"], contextChannels, channels, bias: bias)
        toValue = try Linear(parameters[anyOf: "to_v", "value"], contextChannels, channels, bias: bias)
        toOut = try Linear(parameters[anyOf: "to_out.0", "proj_attn"], channels, channels)
        self.heads = heads
        scale = 1 / Double(channels / heads).squareRoot()
        self.upcast = upcast
    }

    /// The keys and values of `context` [N, L, C], each [N, heads, L, d].
    func keysAndValues(_ context: Tensor) throws(TensorError) -> KeysAndValues {
        KeysAndValues(keys: try split(toKey(context)), values: try split(toValue(context)))
    }

    /// Fused attention: no matrix of probabilities is ever laid out.
    /// - Returns: [B, Q, C] for x [B, Q, C].
    func callAsFunction(_ x: Tensor, _ context: KeysAndValues) throws(TensorError) -> Tensor {
        let query = try split(toQuery(x))
        let context = try context.expanded(to: x.size(0))
        guard upcast, try x.dtype != .float32 else {
            return try merge(.scaledDotProductAttention(query, context.keys, context.values, scale: scale))
        }
        let (keys, values) = (try context.keys.to(.float32), try context.values.to(.float32))
        return try merge(.scaledDotProductAttention(query.to(.float32), keys, values, scale: scale).to(x.dtype))
    }

    /// softmax(q·kᵀ/√d) in float32: [B, heads, Q, L] for x [B, Q, C].
    func probabilities(_ x: Tensor, _ context: KeysAndValues) throws(TensorError) -> Tensor {
        let keys = try context.expanded(to: x.size(0)).keys
        var query = try split(toQuery(x)) * scale
        if upcast { query = try query.to(.float32) }
        return try query.matmul(keys.to(query.dtype).transposed()).to(.float32).softmax(-1)
    }

    /// The result of attention with these probabilities: [B, Q, C].
    func callAsFunction(probabilities: Tensor, _ context: KeysAndValues) throws(TensorError) -> Tensor {
        let values = try context.expanded(to: probabilities.size(0)).values
        return try merge(probabilities.to(values.dtype).matmul(values))
    }

    /// [B, L, C] to [B, heads, L, d].
    private func split(_ x: Tensor) throws(TensorError) -> Tensor {
        let shape = x.shape
        return try x.reshape(shape[0], shape[1], heads, -1).transpose(1, 2)
    }

    /// [B, heads, L, d] to [B, L, C], through the output layer.
    private func merge(_ x: Tensor) throws(TensorError) -> Tensor {
        try toOut(x.transpose(1, 2).flatten(2))
    }
}

/// The keys and values of one attention layer, each [N, heads, L, d].
struct KeysAndValues {
    let keys: Tensor
    let values: Tensor

    /// One row serves every picture of a batch, without copying.
    func expanded(to batch: Int) throws(TensorError) -> KeysAndValues {
        guard try keys.size(0) == 1, batch != 1 else { return self }
        return KeysAndValues(keys: try keys.expand(batch, -1, -1, -1), values: try values.expand(batch, -1, -1, -1))
    }
}
