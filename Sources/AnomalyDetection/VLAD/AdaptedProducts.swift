import TensorCore

/// One stage's adapted tokens a = W t + b, reduced to what scores need: their products with the text vectors and their
/// lengths.
///
/// Nothing else of a token matters to M_VL, so that adapted tokens are neither normalised nor recorded for gradients.
/// With v a text vector
///
///     a · v = t · (Wᵀ v) + b · v          |a|² = |W t|² + 2 t · (Wᵀ b) + b · b
///     ∂/∂a  = Σ (∂/∂(a · v)) v + 2 (∂/∂|a|²) a
///
/// A training step is then one product of a picture's tokens with W and one with the gradient; everything else is
/// small. For normalising alone, autograd would keep several times the tokens' size.
struct AdaptedProducts {
    /// a · v, `[B, 2, P]`.
    let products: Tensor
    /// |a|², `[B, P]`.
    let squaredLengths: Tensor

    private let tokens: Tensor  // [B, P, width]
    private let vectors: Tensor  // [B, 3, C]: the text vectors, b
    private let weight: Tensor  // [C, width]
    private let turned: Tensor  // W t, [C, B · P]

    /// - Parameters:
    ///   - tokens: `[B, P, width]`, float32.
    ///   - text: `[B, 2, C]`.
    ///   - weight: `[C, width]`.
    ///   - bias: `[C]`.
    init(_ tokens: Tensor, text: Tensor, weight: Tensor, bias: Tensor) throws(TensorError) {
        let (batch, patches) = (try tokens.size(0), try tokens.size(1))
        let (weight, bias) = (try weight.detach(), try bias.detach())
        (self.tokens, self.weight) = (tokens, weight)
        vectors = try Tensor.cat([text, bias.reshape([1, 1, -1]).expand([batch, 1, -1])], 1)
        turned = try weight.products(withRowsOf: tokens.flatten(0, 1))
        // [B, 3, P]
        let small = try vectors.matmul(weight).bmm(tokens.transpose(1, 2)) + vectors.matmul(bias).unsqueeze(2)
        products = try small.narrow(1, start: 0, length: 2)
        // The last row is t · (Wᵀ b) + b · b.
        let withBias = try small.select(1, 2)
        let own = try (turned * turned).sum(0).reshape([batch, patches])
        squaredLengths = try own + withBias * 2 - bias.matmul(bias)
    }

    /// Cosines of adapted tokens and text vectors, `[B, 2, P]`. The cosine of a token of length 0, which training never
    /// meets, is 0.
    static func cosines(_ products: Tensor, _ squaredLengths: Tensor) throws(TensorError) -> Tensor {
        try products / squaredLengths.clamp(min: 1e-24).sqrt().unsqueeze(1)
    }

    /// The gradients of W and b.
    ///
    /// - Parameters:
    ///   - products: the gradient of `products`, `[B, 2, P]`.
    ///   - squaredLengths: the gradient of `squaredLengths`, `[B, P]`.
    func gradients(products: Tensor, squaredLengths: Tensor) throws(TensorError) -> (weight: Tensor, bias: Tensor) {
        let (embedding, width) = (try weight.size(0), try weight.size(1))
        let along = try squaredLengths * 2
        let coefficients = try Tensor.cat([products, along.unsqueeze(1)], 1)  // [B, 3, P]
        let pulled = try coefficients.bmm(tokens)  // [B, 3, width]
        let outer = try vectors.reshape([-1, embedding]).transposed().matmul(pulled.reshape([-1, width]))
        let inner = try (turned * along.flatten()).products(withRowsOf: tokens.flatten(0, 1).transposed())
        let bias =
            try (vectors * coefficients.sum(2, keepDim: true)).sum(0, 1) + weight.matmul(pulled.select(1, 2).sum(0))
        return (try inner + outer, bias)
    }
}

extension Tensor {
    /// self · rowsᵀ, `[n, k]` and `[m, k]` to `[n, m]`, by the quickest kernel of this machine; nothing is recorded for
    /// gradients.
    func products(withRowsOf rows: Tensor) throws(TensorError) -> Tensor {
        try withoutGradients { () throws(TensorError) in
            // oneDNN's kernels use AVX-512 on processors where MKL's don't.
            if try device == .cpu, try dtype == .float32, Tensor.hasFrozenLayers(.float32) {
                return try frozenLinear(rows)
            }
            return try matmul(rows.transposed())
        }
    }
}
