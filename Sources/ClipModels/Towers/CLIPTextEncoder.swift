package import NeuralNet
package import TensorCore

/// CLIP's text tower: token numbers to one vector per token, or one per text in the space shared with pictures.
///
/// *Source*: Radford et al. 2021 section 2.4. Parity: open_clip's `TextTransformer`, Hugging Face's `CLIPTextModel`.
package final class CLIPTextEncoder {
    package let configuration: CLIPTextConfiguration
    private let tokenEmbedding: Embedding
    private let positions: Tensor  // [context, width]
    private let blocks: [TransformerBlock]
    private let finalNorm: LayerNorm
    private let projection: Tensor?  // [embedding, width]

    /// - Parameter parameters: the root of the weight file.
    package init(_ parameters: Parameters, _ configuration: CLIPTextConfiguration, naming: CLIPNaming)
        throws(TensorError)
    {
        self.configuration = configuration
        let shape = configuration.shape
        let width = shape.width
        let count = configuration.vocabularySize
        // *Source* of the starting values: OpenAI's and open_clip's `init_parameters`: 0.02 for tokens, 0.01 for
        // positions.
        switch naming {
        case .openCLIP:
            // open_clip's CustomTextCLIP keeps the tower under `text.`.
            let place = parameters.contains("text") ? parameters["text"] : parameters
            tokenEmbedding = try Embedding(
                place["token_embedding"], count: count, width: width, initial: .normal(std: 0.02))
            positions = try place.tensor(
                "positional_embedding", [configuration.contextLength, width], .normal(std: 0.01))
            blocks = try Self.blocks(place["transformer"]["resblocks"], shape, naming)
            finalNorm = try LayerNorm(place["ln_final"], width, eps: shape.eps)
            projection = try configuration.embedding.map { size throws(TensorError) in
                try place.tensor("text_projection", [width, size], .normal(std: 1 / Double(width).squareRoot()))
                    .transpose(0, 1)
            }
        case .huggingFace:
            let place = parameters.contains("text_model") ? parameters["text_model"] : parameters
            let embeddings = place["embeddings"]
            tokenEmbedding = try Embedding(
                embeddings["token_embedding"], count: count, width: width, initial: .normal(std: 0.02))
            positions = try embeddings["position_embedding"].tensor(
                "weight", [configuration.contextLength, width], .normal(std: 0.01))
            blocks = try Self.blocks(place["encoder"]["layers"], shape, naming)
            finalNorm = try LayerNorm(place["final_layer_norm"], width, eps: shape.eps)
            projection = try configuration.embedding.map { size throws(TensorError) in
                try parameters["text_projection"].tensor(
                    "weight", [size, width], .normal(std: 1 / Double(width).squareRoot()))
            }
        }
    }

    private static func blocks(_ place: Parameters, _ shape: TransformerShape, _ naming: CLIPNaming) throws(TensorError)
        -> [TransformerBlock]
    {
        var blocks: [TransformerBlock] = []
        for index in 0..<shape.layers { blocks.append(try TransformerBlock(place[index], shape, naming: naming)) }
        return blocks
    }

    /// One vector per token after the final norm, as Stable Diffusion's cross-attention reads them.
    ///
    /// - Parameter tokens: texts as the tokenizer gives them, all of one length, at most the context length.
    /// - Returns: `[B, T, width]`.
    /// - Throws: `CLIPError.unknownToken` when a token has no embedding; `TensorError`.
    package func hiddenStates(_ tokens: [[Int]]) throws -> Tensor { try hidden(own(tokens)) }

    /// The tokens' own vectors, without positions.
    private func own(_ tokens: [[Int]]) throws -> Tensor {
        let length = tokens.first?.count ?? 0
        precondition(length <= configuration.contextLength && tokens.allSatisfy { $0.count == length })
        if let unknown = tokens.joined().first(where: { !(0..<configuration.vocabularySize).contains($0) }) {
            throw CLIPError.unknownToken(id: unknown, vocabularySize: configuration.vocabularySize)
        }
        let numbers = try Tensor(Array(tokens.joined()), [tokens.count, length]).to(device: positions.device)
        return try tokenEmbedding(numbers)
    }

    /// `[B, T, width]` to the same.
    private func hidden(_ vectors: Tensor) throws(TensorError) -> Tensor {
        var x = try vectors + positions.narrow(0, start: 0, length: try vectors.size(1))
        for block in blocks { x = try block(x, causal: true) }
        return try finalNorm(x)
    }

    /// One vector per text: the end token's, projected. Not normalised.
    ///
    /// The attention is causal, so tokens after the end token have no influence and are not computed.
    /// - Returns: `[B, embedding]`, or `[B, width]` of a tower without projection.
    /// - Throws: as `hiddenStates`.
    package func embeddings(_ tokens: [[Int]]) throws -> Tensor {
        let (vectors, ends) = try vectors(of: tokens)
        return try embeddings(of: vectors, ends: ends)
    }

    /// The tokens' own vectors, without positions, as far as the last end token, and where each text ends; some may be
    /// replaced before ``embeddings(of:ends:)``.
    ///
    /// - Throws: as `hiddenStates`.
    package func vectors(of tokens: [[Int]]) throws -> (vectors: Tensor, ends: [Int]) {
        let ends = tokens.map(endPosition), length = (ends.max() ?? 0) + 1
        return (try own(tokens.map { Array($0.prefix(length)) }), ends)
    }

    /// One vector per text, as ``embeddings(_:)``, from vectors of tokens; gradients pass back to these.
    ///
    /// - Parameters:
    ///   - vectors: `[B, T, width]`.
    ///   - ends: where each text ends.
    package func embeddings(of vectors: Tensor, ends: [Int]) throws(TensorError) -> Tensor {
        let hidden = try hidden(vectors)
        var rows: [Tensor] = []
        for (row, end) in ends.enumerated() { rows.append(try hidden.select(0, row).select(0, end)) }
        let pooled = try Tensor.stack(rows, 0)
        return if let projection { try pooled.linear(projection) } else { pooled }
    }

    /// The position where a text ends: its first end token; if the end token is unknown, the largest number, as in
    /// OpenAI's code.
    private func endPosition(_ tokens: [Int]) -> Int {
        if let end = configuration.endOfText, let position = tokens.firstIndex(of: end) { return position }
        return tokens.firstIndex(of: tokens.max() ?? 0) ?? 0
    }
}
