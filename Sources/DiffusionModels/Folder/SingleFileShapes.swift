import ClipModels
import NeuralNet

/// Derives the configurations of Stable Diffusion 1.x's networks from their parameters' shapes.
struct SingleFileShapes {
    let path: String

    private func unusable(_ reason: String) -> DiffusionModelError {
        DiffusionModelError(.unusable, "\(path): \(reason)")
    }

    private func size(
        _ shapes: [String: [Int]], _ name: String, _ dimension: Int
    ) throws(DiffusionModelError) -> Int {
        guard let shape = shapes[name], dimension < shape.count, shape[dimension] > 0 else {
            throw unusable("\(name) is missing or of another shape: no Stable Diffusion 1.x checkpoint")
        }
        return shape[dimension]
    }

    /// The number of consecutive indices from 0 that occur as `prefix<number>.`.
    private func count(_ shapes: [String: [Int]], _ prefix: String) -> Int {
        let numbers = Set(
            shapes.keys.lazy.filter { $0.hasPrefix(prefix) }.compactMap {
                $0.dropFirst(prefix.count).split(separator: ".").first.flatMap { Int($0) }
            })
        return (0...numbers.count).first { !numbers.contains($0) } ?? 0
    }

    func unet(_ shapes: [String: [Int]]) throws(DiffusionModelError) -> UNetConfiguration {
        let blocks = count(shapes, "input_blocks.")
        let first = (1..<max(2, blocks)).first { shapes["input_blocks.\($0).0.op.weight"] != nil }
        let layers = (first ?? blocks) - 1
        guard layers >= 1, blocks % (layers + 1) == 0 else {
            throw unusable("its UNet has \(blocks) blocks on the way down, which are no levels of equal depth")
        }
        let levels = blocks / (layers + 1)
        var unet = UNetConfiguration(sampleSize: 64)
        unet.inChannels = try size(shapes, "input_blocks.0.0.weight", 1)
        unet.outChannels = try size(shapes, "out.2.weight", 0)
        guard unet.inChannels == unet.outChannels else {
            throw unusable(
                "its UNet takes \(unet.inChannels) channels and gives \(unet.outChannels): an inpainting checkpoint, not a plain one"
            )
        }
        unet.blockOutChannels = []
        for level in 0..<levels {
            unet.blockOutChannels.append(
                try size(shapes, "input_blocks.\(level * (layers + 1) + 1).0.out_layers.3.weight", 0))
        }
        unet.downAttention = (0..<levels).map { shapes["input_blocks.\($0 * (layers + 1) + 1).1.norm.weight"] != nil }
        unet.upAttention = (0..<levels).map { shapes["output_blocks.\($0 * (layers + 1)).1.norm.weight"] != nil }
        unet.layersPerBlock = Array(repeating: layers, count: levels)
        unet.headCounts = Array(repeating: 8, count: levels)
        unet.transformerLayers = Array(repeating: 1, count: levels)
        unet.crossAttentionDim = try size(shapes, "middle_block.1.transformer_blocks.0.attn2.to_k.weight", 1)
        guard shapes["middle_block.1.proj_in.weight"]?.count == 4 else {
            throw unusable("its UNet has linear layers around attention: a Stable Diffusion 2.x checkpoint")
        }
        for channels in unet.blockOutChannels where channels % 32 != 0 {
            throw unusable("its UNet has a level of \(channels) channels, no multiple of 32")
        }
        return unet
    }

    func autoencoder(_ shapes: [String: [Int]]) throws(DiffusionModelError) -> AutoencoderConfiguration {
        var autoencoder = AutoencoderConfiguration()
        let levels = count(shapes, "encoder.down.")
        guard 1...8 ~= levels else { throw unusable("its autoencoder has \(levels) levels") }
        autoencoder.blockOutChannels = []
        for level in 0..<levels {
            autoencoder.blockOutChannels.append(try size(shapes, "encoder.down.\(level).block.0.conv2.weight", 0))
        }
        autoencoder.layersPerBlock = count(shapes, "encoder.down.0.block.")
        autoencoder.latentChannels = try size(shapes, "post_quant_conv.weight", 0)
        for channels in autoencoder.blockOutChannels where channels % 32 != 0 {
            throw unusable("its autoencoder has a level of \(channels) channels, no multiple of 32")
        }
        return autoencoder
    }

    func text(_ shapes: [String: [Int]]) throws(DiffusionModelError) -> CLIPTextConfiguration {
        let prefix = shapes.keys.contains { $0.hasPrefix("text_model.") } ? "text_model." : ""
        let tokens = prefix + "embeddings.token_embedding.weight", layers = prefix + "encoder.layers."
        let width = try size(shapes, tokens, 1)
        return CLIPTextConfiguration(
            shape: TransformerShape(
                width: width, layers: count(shapes, layers), heads: max(1, width / 64),
                perceptron: try size(shapes, layers + "0.mlp.fc1.weight", 0), activation: .quickGELU, eps: 1e-5),
            vocabularySize: try size(shapes, tokens, 0),
            contextLength: try size(shapes, prefix + "embeddings.position_embedding.weight", 0), embedding: nil,
            endOfText: nil)
    }
}
