package import NeuralNet
package import TensorCore

/// The trained part of VLAD: one linear layer per stage, and one for the image token.
///
/// *Source*: paper section 4.2 ("only a linear layer" per stage). The image token's layer, which starts as the
/// identity, is ours: with a frozen image token the image loss would have nothing to train, yet the paper's Table 4
/// shows that it does.
package final class VLADAdapters {
    package let stages: [Linear]
    package let image: Linear
    /// Every parameter with its name in a weight file.
    package let named: [(name: String, tensor: Tensor)]

    /// Stage layers start as PyTorch's `Linear` does (uniform within ±1/√width), drawn stage by stage, weight before
    /// bias.
    ///
    /// - Parameters:
    ///   - width: of the vision tower.
    ///   - embedding: of the space shared with texts, C.
    /// - Throws: `WeightsError` listing every difference when the store reads a file; `TensorError`.
    package init(_ store: ParameterStore, stages count: Int, width: Int, embedding: Int) throws {
        var stages: [Linear] = []
        for index in 0..<count { stages.append(try Linear(store.root["stages"][index], width, embedding)) }
        self.stages = stages
        image = try Linear(store.root["image"], embedding, embedding, initial: .identity)
        try store.verify()
        named = store.named
    }

    /// Adapted tokens by their products with the text vectors and their lengths.
    ///
    /// - Parameters:
    ///   - patchTokens: per stage `[B, P, width]`, float32.
    ///   - text: `[B, 2, C]`.
    func products(_ patchTokens: [Tensor], text: Tensor) throws(TensorError) -> [AdaptedProducts] {
        var result: [AdaptedProducts] = []
        for (tokens, stage) in zip(patchTokens, stages) {
            guard let bias = stage.bias else { preconditionFailure("an adapter has a bias") }
            result.append(try AdaptedProducts(tokens, text: text, weight: stage.weight, bias: bias))
        }
        return result
    }
}
