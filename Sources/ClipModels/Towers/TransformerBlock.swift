package import NeuralNet
import TensorCore

/// How the two layouts name the parameters of one network.
package enum CLIPNaming: Sendable {
    /// open_clip's and OpenAI's: `transformer.resblocks.0.attn.in_proj_weight`.
    case openCLIP
    /// Hugging Face's: `encoder.layers.0.self_attn.q_proj.weight`.
    case huggingFace
}

/// One residual block of either tower: attention, then a two-layer perceptron, each after its layer norm.
///
/// *Source*: Radford et al. 2021 section 2.4 (the pre-norm Transformer of Radford et al. 2019).
struct TransformerBlock {
    private let norm1, norm2: LayerNorm
    private let attention: SelfAttention
    private let expand, contract: Linear
    private let activation: Activation

    init(_ parameters: Parameters, _ shape: TransformerShape, naming: CLIPNaming) throws(TensorError) {
        let (width, eps) = (shape.width, shape.eps)
        activation = shape.activation
        switch naming {
        case .openCLIP:
            norm1 = try LayerNorm(parameters["ln_1"], width, eps: eps)
            attention = try SelfAttention(parameters["attn"], width: width, heads: shape.heads, naming: naming)
            norm2 = try LayerNorm(parameters["ln_2"], width, eps: eps)
            expand = try Linear(parameters["mlp"]["c_fc"], width, shape.perceptron)
            contract = try Linear(parameters["mlp"]["c_proj"], shape.perceptron, width)
        case .huggingFace:
            norm1 = try LayerNorm(parameters["layer_norm1"], width, eps: eps)
            attention = try SelfAttention(parameters["self_attn"], width: width, heads: shape.heads, naming: naming)
            norm2 = try LayerNorm(parameters["layer_norm2"], width, eps: eps)
            expand = try Linear(parameters["mlp"]["fc1"], width, shape.perceptron)
            contract = try Linear(parameters["mlp"]["fc2"], shape.perceptron, width)
        }
    }

    /// `x` `[B, T, width]`; causal: a token sees itself and those before it.
    func callAsFunction(_ x: Tensor, causal: Bool) throws(TensorError) -> Tensor {
        try finished(x + attention(norm1(x), causal: causal))
    }

    /// The second half of the block: what attention left, and the perceptron's part.
    func finished(_ attended: Tensor) throws(TensorError) -> Tensor {
        try attended + contract(activation(expand(norm2(attended))))
    }

    /// The first half of the block, and beside it what attention of values to themselves would add.
    func attended(_ x: Tensor) throws(TensorError) -> (state: Tensor, values: Tensor) {
        let (own, values) = try attention.withValues(norm1(x))
        return (try x + own, values)
    }
}

/// Multi-head self-attention with one matrix for queries, keys and values.
struct SelfAttention {
    private let input: Linear  // queries, keys, values: [3 · width, width]
    private let output: Linear
    private let heads: Int

    init(_ parameters: Parameters, width: Int, heads: Int, naming: CLIPNaming) throws(TensorError) {
        self.heads = heads
        switch naming {
        case .openCLIP:
            input = Linear(
                parameters, weight: try parameters.tensor("in_proj_weight", [3 * width, width], .fanIn(width)),
                bias: try parameters.tensor("in_proj_bias", [3 * width], .zeros))
        case .huggingFace:
            var parts: [Linear] = []
            for name in ["q_proj", "k_proj", "v_proj"] { parts.append(try Linear(parameters[name], width, width)) }
            input = Linear(
                parameters, weight: try Tensor.cat(parts.map(\.weight), 0),
                bias: try Tensor.cat(parts.compactMap(\.bias), 0))
        }
        output = try Linear(parameters["out_proj"], width, width)
    }

    func callAsFunction(_ x: Tensor, causal: Bool) throws(TensorError) -> Tensor {
        let parts = try parts(of: x)
        return try joined(
            Tensor.scaledDotProductAttention(
                parts.select(0, 0), parts.select(0, 1), parts.select(0, 2), isCausal: causal), like: x)
    }

    /// Attention, and beside it that of values to themselves, which keeps to places that look alike.
    ///
    /// *Source*: Li et al. 2023, CLIP Surgery.
    func withValues(_ x: Tensor) throws(TensorError) -> (own: Tensor, values: Tensor) {
        let parts = try parts(of: x), values = try parts.select(0, 2)
        return (
            try joined(Tensor.scaledDotProductAttention(parts.select(0, 0), parts.select(0, 1), values), like: x),
            try joined(Tensor.scaledDotProductAttention(values, values, values), like: x)
        )
    }

    /// Queries, keys and values, `[3, B, heads, T, d]`.
    private func parts(of x: Tensor) throws(TensorError) -> Tensor {
        let (batch, tokens, width) = (try x.size(0), try x.size(1), try x.size(2))
        return try input(x).reshape([batch, tokens, 3, heads, width / heads]).permute(2, 0, 3, 1, 4)
    }

    private func joined(_ attended: Tensor, like x: Tensor) throws(TensorError) -> Tensor {
        try output(attended.transpose(1, 2).reshape(x.shape))
    }
}

/// The sizes of one tower's blocks.
package struct TransformerShape: Sendable, Equatable {
    package var width: Int
    package var layers: Int
    package var heads: Int
    /// Width of the perceptron's hidden layer.
    package var perceptron: Int
    package var activation: Activation
    /// Of every layer norm.
    package var eps: Double

    package init(width: Int, layers: Int, heads: Int, perceptron: Int, activation: Activation, eps: Double) {
        (self.width, self.layers, self.heads) = (width, layers, heads)
        (self.perceptron, self.activation, self.eps) = (perceptron, activation, eps)
    }
}
