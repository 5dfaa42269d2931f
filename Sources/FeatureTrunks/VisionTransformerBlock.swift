import Detectors
import NeuralNet
import TensorCore

/// Attention, then a two-layer perceptron, each behind its norm, each scaled channel by channel; the scales are folded
/// into the matrices before them.
struct VisionTransformerBlock {
    private let norm1, norm2: LayerNorm
    private let input: Linear  // queries, keys, values: [3 · width, width]
    private let output, expand, contract: Linear
    private let heads: Int

    init(_ place: Parameters, _ shape: VisionTransformerShape, _ naming: TransformerNaming) throws(TensorError) {
        let width = shape.width, inner = 4 * width
        heads = shape.heads
        norm1 = try LayerNorm(place["norm1"], width, eps: VisionTransformer.eps)
        norm2 = try LayerNorm(place["norm2"], width, eps: VisionTransformer.eps)
        expand = try Linear(place["mlp"]["fc1"], width, inner)
        let second = place["mlp"]["fc2"]
        if naming == .huggingFace {
            let attention = place["attention"]
            var parts: [Linear] = []
            for name in ["query", "key", "value"] {
                parts.append(try Linear(attention["attention"][name], width, width))
            }
            input = Linear(
                attention, weight: try Tensor.cat(parts.map(\.weight), 0),
                bias: try Tensor.cat(parts.compactMap(\.bias), 0))
            output = try Self.scaled(
                attention["output"]["dense"], width, width, by: place["layer_scale1"].tensor("lambda1", [width], .ones))
            contract = try Self.scaled(
                second, inner, width, by: place["layer_scale2"].tensor("lambda1", [width], .ones))
        } else {
            input = try Linear(place["attn"]["qkv"], width, 3 * width)
            output = try Self.scaled(
                place["attn"]["proj"], width, width, by: place["ls1"].tensor("gamma", [width], .ones))
            contract = try Self.scaled(second, inner, width, by: place["ls2"].tensor("gamma", [width], .ones))
        }
    }

    private static func scaled(_ place: Parameters, _ inputs: Int, _ outputs: Int, by scale: Tensor)
        throws(TensorError) -> Linear
    {
        let plain = try Linear(place, inputs, outputs)
        let bias = try plain.bias.map { bias throws(TensorError) in try bias * scale }
        return Linear(place, weight: try (plain.weight * scale.unsqueeze(1)).contiguous(), bias: bias)
    }

    /// `x` `[B, T, width]`.
    func callAsFunction(_ x: Tensor) throws(TensorError) -> Tensor {
        let (batch, tokens, width) = (try x.size(0), try x.size(1), try x.size(2))
        // [3, B, heads, T, d]
        let parts = try input(norm1(x)).reshape([batch, tokens, 3, heads, width / heads]).permute(2, 0, 3, 1, 4)
        let attended = try Tensor.scaledDotProductAttention(
            parts.select(0, 0), parts.select(0, 1), parts.select(0, 2))
        let inner = try x + output(attended.transpose(1, 2).reshape([batch, tokens, width]))
        return try inner + contract(expand(norm2(inner)).gelu())
    }
}
