package import NeuralNet
package import TensorCore

/// The vision tower's output for pictures.
package struct VisionFeatures {
    /// For each chosen block its output without the class token: `[B, grid², width]`, residual stream, no final norm.
    package var patchTokens: [Tensor]
    /// The class token behind the final norm, projected into the space shared with texts, not normalised: `[B,
    /// embedding]`.
    package var imageToken: Tensor
}

/// The vision tower's output with a second path beside it, in which patches attend to values that are like their own.
package struct ValueFeatures {
    /// As `VisionFeatures.imageToken`.
    package let image: Tensor
    /// Of the second path: patches behind the final norm, projected, `[B, grid², embedding]`.
    package let patches: Tensor
    /// For each chosen block the patches between its attention and its perceptron, `[B, grid², width]`.
    package let attended: [Tensor]
}

/// CLIP's vision tower, a Vision Transformer over square patches.
///
/// *Source*: Radford et al. 2021 section 2.4; Dosovitskiy et al. 2021. Parity: open_clip's `VisionTransformer`, Hugging
/// Face's `CLIPVisionModel`.
package final class CLIPVisionEncoder {
    package let configuration: CLIPVisionConfiguration
    private let patchEmbedding: Conv2d
    private let classToken: Tensor  // [width]
    private let positions: Tensor  // [1 + native grid², width]
    private let firstNorm, finalNorm: LayerNorm
    private let blocks: [TransformerBlock]
    private let projection: Tensor  // [embedding, width]
    private var resized: (grid: Int, positions: Tensor)?

    /// - Parameter parameters: the root of the weight file.
    package init(_ parameters: Parameters, _ configuration: CLIPVisionConfiguration, naming: CLIPNaming)
        throws(TensorError)
    {
        self.configuration = configuration
        let shape = configuration.shape
        let width = shape.width
        let count = 1 + configuration.nativeGrid * configuration.nativeGrid
        let start = Initialization.normal(std: 1 / Double(width).squareRoot())  // open_clip: `scale = width ** -0.5`
        var blocks: [TransformerBlock] = []
        switch naming {
        case .openCLIP:
            let place = parameters["visual"]
            patchEmbedding = try Self.patches(place["conv1"], configuration)
            classToken = try place.tensor("class_embedding", [width], start)
            positions = try place.tensor("positional_embedding", [count, width], start)
            firstNorm = try LayerNorm(place["ln_pre"], width, eps: shape.eps)
            for index in 0..<shape.layers {
                blocks.append(try TransformerBlock(place["transformer"]["resblocks"][index], shape, naming: naming))
            }
            finalNorm = try LayerNorm(place["ln_post"], width, eps: shape.eps)
            projection = try place.tensor("proj", [width, configuration.embedding], start).transpose(0, 1)
        case .huggingFace:
            let place = parameters["vision_model"]
            patchEmbedding = try Self.patches(place["embeddings"]["patch_embedding"], configuration)
            classToken = try place["embeddings"].tensor("class_embedding", [width], start)
            positions = try place["embeddings"]["position_embedding"].tensor("weight", [count, width], start)
            firstNorm = try LayerNorm(place["pre_layrnorm"], width, eps: shape.eps)  // the file's own spelling
            for index in 0..<shape.layers {
                blocks.append(try TransformerBlock(place["encoder"]["layers"][index], shape, naming: naming))
            }
            finalNorm = try LayerNorm(place["post_layernorm"], width, eps: shape.eps)
            projection = try parameters["visual_projection"].tensor("weight", [configuration.embedding, width], start)
        }
        self.blocks = blocks
    }

    private static func patches(_ place: Parameters, _ configuration: CLIPVisionConfiguration) throws(TensorError)
        -> Conv2d
    {
        try Conv2d(
            place, 3, configuration.shape.width, kernel: configuration.patchSize, stride: configuration.patchSize,
            bias: false)
    }

    /// Runs the tower on square pictures.
    ///
    /// - Parameters:
    ///   - pictures: `[B, 3, S, S]`, normalised as `CLIPPreprocessor` does. S need not be the native size. If the patch
    ///     size doesn't divide S, the rest at the right and the bottom is ignored.
    ///   - chosen: blocks whose outputs are wanted, counted from 1.
    /// - Throws: `CLIPError.noSuchBlock`, `pictureTooSmall`; `TensorError`.
    package func callAsFunction(_ pictures: Tensor, blocks chosen: [Int] = []) throws -> VisionFeatures {
        if let wrong = chosen.first(where: { !(1...blocks.count).contains($0) }) {
            throw CLIPError.noSuchBlock(wrong, layers: blocks.count)
        }
        var x = try firstNorm(embedded(pictures))
        var outputs: [Int: Tensor] = [:]
        for (index, block) in blocks.enumerated() {
            x = try block(x, causal: false)
            if chosen.contains(index + 1) {
                outputs[index + 1] = try x.narrow(1, start: 1, length: try x.size(1) - 1)
            }
        }
        let imageToken = try finalNorm(x.select(1, 0)).linear(projection)
        return VisionFeatures(patchTokens: chosen.compactMap { outputs[$0] }, imageToken: imageToken)
    }

    /// Pictures as tokens with their positions, in front of the first norm: `[B, 1 + grid², width]`, the class token
    /// first.
    ///
    /// - Parameter pictures: as above.
    /// - Throws: `CLIPError.pictureTooSmall`; `TensorError`.
    package func embedded(_ pictures: Tensor) throws -> Tensor {
        let (batch, size) = (try pictures.size(0), try pictures.size(2))
        let grid = size / configuration.patchSize
        guard grid > 0 else { throw CLIPError.pictureTooSmall(size: size, patch: configuration.patchSize) }
        let width = configuration.shape.width
        let patches = try patchEmbedding(pictures).flatten(2, 3).transpose(1, 2)
        let classTokens = try classToken.reshape([1, 1, width]).expand([batch, 1, width])
        return try Tensor.cat([classTokens, patches], 1) + positions(grid: grid)
    }

    /// Any choice of a picture's tokens through the whole tower.
    ///
    /// - Parameter tokens: as `embedded` gives them, the class token first, `[B, T, width]`.
    /// - Returns: the class token in the space shared with texts, not normalised, `[B, embedding]`; the others behind
    ///   the final norm, `[B, T − 1, width]`.
    package func encoded(_ tokens: Tensor) throws(TensorError) -> (image: Tensor, patches: Tensor) {
        var x = try firstNorm(tokens)
        for block in blocks { x = try block(x, causal: false) }
        x = try finalNorm(x)
        return (try x.select(1, 0).linear(projection), try x.narrow(1, start: 1, length: try x.size(1) - 1))
    }

    /// Runs the tower with a second path: it starts where the blocks do, and each block adds its values' attention to
    /// themselves, made of the usual path, and no perceptron.
    ///
    /// *Source*: Li et al. 2023, CLIP Surgery, as PromptAD's code has it, in all blocks.
    /// - Parameters:
    ///   - pictures: as above.
    ///   - chosen: blocks whose states between attention and perceptron are wanted, counted from 1.
    /// - Throws: `CLIPError.noSuchBlock`, `pictureTooSmall`; `TensorError`.
    package func valueFeatures(_ pictures: Tensor, attendedIn chosen: [Int]) throws -> ValueFeatures {
        if let wrong = chosen.first(where: { !(1...blocks.count).contains($0) }) {
            throw CLIPError.noSuchBlock(wrong, layers: blocks.count)
        }
        var x = try firstNorm(embedded(pictures))
        let patches = try x.size(1) - 1
        var (side, states): (Tensor, [Int: Tensor]) = (x, [:])
        for (index, block) in blocks.enumerated() {
            let (state, values) = try block.attended(x)
            side = try side + values
            if chosen.contains(index + 1) { states[index + 1] = try state.narrow(1, start: 1, length: patches) }
            x = try block.finished(state)
        }
        return ValueFeatures(
            image: try finalNorm(x.select(1, 0)).linear(projection),
            patches: try finalNorm(side.narrow(1, start: 1, length: patches)).linear(projection),
            attended: chosen.compactMap { states[$0] })
    }

    /// The position vectors of the class token and of grid × grid patches.
    ///
    /// *Source*: open_clip's `resize_pos_embed`: bicubic with antialiasing and half-pixel centres, the class token's
    /// untouched. (transformers resizes without antialiasing, whose cubic has another coefficient.)
    private func positions(grid: Int) throws(TensorError) -> Tensor {
        let native = configuration.nativeGrid
        if grid == native { return positions }
        if let resized, resized.grid == grid { return resized.positions }
        let width = configuration.shape.width
        let table = try positions.narrow(0, start: 1, length: native * native).reshape([1, native, native, width])
            .permute(0, 3, 1, 2)
        let larger = try table.to(.float32).interpolate(height: grid, width: grid, .bicubic, antialias: true).to(
            positions.dtype)
        let rows = try larger.permute(0, 2, 3, 1).reshape([grid * grid, width])
        let result = try Tensor.cat([positions.narrow(0, start: 0, length: 1), rows], 0)
        resized = (grid, result)
        return result
    }
}
