package import NeuralNet
package import TensorCore

/// A whole CLIP: tokenizer, text tower, vision tower.
package final class CLIPModel {
    package let configuration: CLIPConfiguration
    package let tokenizer: CLIPTokenizer
    package let text: CLIPTextEncoder
    package let vision: CLIPVisionEncoder
    package let device: Device
    /// How many numbers its weights hold.
    package let parameterCount: Int
    /// Equal for two loads of the same files. Made from names, sizes and times, without reading the files.
    package let fingerprint: String

    /// - Throws: `WeightsError` listing every missing, misshaped and unknown weight; `TensorError`.
    package init(
        _ store: ParameterStore, _ configuration: CLIPConfiguration, tokenizer: CLIPTokenizer, naming: CLIPNaming,
        fingerprint: String
    ) throws {
        (self.configuration, self.tokenizer, device) = (configuration, tokenizer, store.device)
        self.fingerprint = fingerprint
        text = try CLIPTextEncoder(store.root, configuration.text, naming: naming)
        vision = try CLIPVisionEncoder(store.root, configuration.vision, naming: naming)
        try store.verify(ignoring: CLIPFolder.isUnused)
        parameterCount = store.parameterCount
    }

    /// The preprocessing for pictures of this size.
    package func preprocessor(size: Int) -> CLIPPreprocessor {
        CLIPPreprocessor(size: size, mean: configuration.mean, deviation: configuration.deviation)
    }
}
