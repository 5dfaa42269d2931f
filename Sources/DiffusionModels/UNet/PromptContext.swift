package import TensorCore

/// A prompt as the UNet sees it: keys and values of every cross-attention layer. They depend on neither z nor t, so
/// they are computed once for each prompt (`UNet2DConditionModel.promptContext`).
package struct PromptContext {
    /// In the order in which a forward pass meets the layers.
    let layers: [KeysAndValues]
    /// The number of prompts. One serves a batch of any size; else there is one for each picture of the batch, or
    /// several: first one for each picture, then another one for each. Everything before the first cross-attention is
    /// computed once for all prompts of a picture (5% of a pass of SD 1.5).
    package let count: Int

    /// Every prompt `copies` times in a row: [a, b] becomes [a, a, b, b].
    package func repeated(_ copies: Int) throws(TensorError) -> PromptContext {
        func repeated(_ x: Tensor) throws(TensorError) -> Tensor {
            try x.unsqueeze(1).expand(-1, copies, -1, -1, -1).flatten(0, 1)
        }
        var result: [KeysAndValues] = []
        for layer in layers {
            result.append(KeysAndValues(keys: try repeated(layer.keys), values: try repeated(layer.values)))
        }
        return PromptContext(layers: result, count: count * copies)
    }

    /// Several contexts as one batch, e.g. [empty prompt × B, prompt × B] for classifier-free guidance.
    package static func joined(_ contexts: [PromptContext]) throws(TensorError) -> PromptContext {
        var result: [KeysAndValues] = []
        for index in contexts.first?.layers.indices ?? 0..<0 {
            let layers = contexts.map { $0.layers[index] }
            result.append(KeysAndValues(keys: try .cat(layers.map(\.keys)), values: try .cat(layers.map(\.values))))
        }
        return PromptContext(layers: result, count: contexts.reduce(0) { $0 + $1.count })
    }
}
