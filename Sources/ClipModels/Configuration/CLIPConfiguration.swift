import NeuralNet

/// The text tower's sizes.
package struct CLIPTextConfiguration: Sendable, Equatable {
    package var shape: TransformerShape
    package var vocabularySize: Int
    package var contextLength: Int
    /// The space shared with pictures; nil for a tower without projection.
    package var embedding: Int?
    /// The end token whose vector represents the text; nil: the token with the largest number in a text, as in OpenAI's
    /// code.
    package var endOfText: Int?

    package init(shape: TransformerShape, vocabularySize: Int, contextLength: Int, embedding: Int?, endOfText: Int?) {
        (self.shape, self.vocabularySize, self.contextLength) = (shape, vocabularySize, contextLength)
        (self.embedding, self.endOfText) = (embedding, endOfText)
    }
}

/// The vision tower's sizes.
package struct CLIPVisionConfiguration: Sendable, Equatable {
    package var shape: TransformerShape
    /// Pixels a side that the positions were trained for.
    package var imageSize: Int
    package var patchSize: Int
    /// The space shared with texts.
    package var embedding: Int

    package init(shape: TransformerShape, imageSize: Int, patchSize: Int, embedding: Int) {
        (self.shape, self.imageSize, self.patchSize, self.embedding) = (shape, imageSize, patchSize, embedding)
    }

    /// Patches a side at the native size.
    package var nativeGrid: Int { imageSize / patchSize }
}

/// A whole CLIP as its folder describes it.
package struct CLIPConfiguration: Sendable, Equatable {
    package var text: CLIPTextConfiguration
    package var vision: CLIPVisionConfiguration
    /// Per channel, of pixels in 0…1.
    package var mean: [Double]
    package var deviation: [Double]

    package init(
        text: CLIPTextConfiguration, vision: CLIPVisionConfiguration, mean: [Double] = CLIPPreprocessor.mean,
        deviation: [Double] = CLIPPreprocessor.deviation
    ) {
        (self.text, self.vision, self.mean, self.deviation) = (text, vision, mean, deviation)
    }
}

/// Checks what a configuration file says before anything is built from it.
struct ConfigurationCheck {
    let file: String

    func positive(_ value: Int, _ key: String) throws(CLIPError) -> Int {
        // Far above any released CLIP; keeps a damaged file from requesting all memory.
        guard (1...1_000_000).contains(value) else { throw refuse("\(key) is \(value), not a size from 1 to 1000000") }
        return value
    }

    /// The hidden width of a block's perceptron: `ratio` times the width, rounded down. Without a ratio 4, open_clip's
    /// default.
    func perceptron(_ width: Int, _ ratio: Double?, _ part: String) throws(CLIPError) -> Int {
        let hidden = Double(width) * (ratio ?? 4)
        // Refuses products that don't fit an integer.
        guard let whole = Int(exactly: hidden.rounded(.towardZero)) else {
            throw refuse("\(part).mlp_ratio is \(ratio ?? 4), which makes no width of a perceptron")
        }
        return whole
    }

    func shape(
        width: Int, layers: Int, heads: Int, perceptron: Int, activation: Activation, eps: Double, _ part: String
    )
        throws(CLIPError) -> TransformerShape
    {
        let shape = TransformerShape(
            width: try positive(width, "\(part)'s width"), layers: try positive(layers, "\(part)'s number of layers"),
            heads: try positive(heads, "\(part)'s number of heads"),
            perceptron: try positive(perceptron, "\(part)'s perceptron width"),
            activation: activation, eps: eps)
        guard width % heads == 0 else {
            throw refuse("\(part)'s width \(width) is not a multiple of its \(heads) heads")
        }
        guard eps > 0 else { throw refuse("\(part)'s layer norms have eps \(eps), not a positive number") }
        return shape
    }

    func vision(_ shape: TransformerShape, imageSize: Int, patchSize: Int, embedding: Int) throws(CLIPError)
        -> CLIPVisionConfiguration
    {
        let imageSize = try positive(imageSize, "image_size")
        let patchSize = try positive(patchSize, "patch_size")
        guard patchSize <= imageSize else {
            throw refuse("patch_size \(patchSize) is larger than image_size \(imageSize)")
        }
        return CLIPVisionConfiguration(
            shape: shape, imageSize: imageSize, patchSize: patchSize,
            embedding: try positive(embedding, "the embedding's width"))
    }

    func normalisation(_ values: [Double]?, _ key: String, default standard: [Double]) throws(CLIPError) -> [Double] {
        guard let values else { return standard }
        guard values.count == 3, values.allSatisfy(\.isFinite), key == "mean" || values.allSatisfy({ $0 > 0 }) else {
            throw refuse("\(key) is \(values), not three numbers")
        }
        return values
    }

    func refuse(_ reason: String) -> CLIPError { .configuration(file: file, reason: reason) }
}
