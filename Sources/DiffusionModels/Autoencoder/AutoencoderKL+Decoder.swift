import NeuralNet
import TensorCore

/// From latents to pictures.
struct AutoencoderDecoder {
    private let convIn: Conv2d
    private let midBlock: AutoencoderMidBlock
    private let upBlocks: [Level]
    private let normOut: GroupNorm
    private let convOut: Conv2d

    private struct Level {
        let resnets: [ResnetBlock2D]
        let upsample: Upsample2D?
    }

    init(_ parameters: Parameters, _ configuration: AutoencoderConfiguration) throws {
        // From the lowest level up.
        let channels = Array(configuration.blockOutChannels.reversed())
        let last = channels.count - 1
        convIn = try Conv2d(parameters["conv_in"], configuration.latentChannels, channels[0], kernel: 3, padding: 1)
        midBlock = try AutoencoderMidBlock(parameters["mid_block"], configuration)
        upBlocks = try channels.indices.map { level in
            let block = parameters["up_blocks"][level]
            let resnets = try (0...configuration.layersPerBlock).map { index in
                try ResnetBlock2D(
                    block["resnets"][index], index > 0 ? channels[level] : channels[max(level - 1, 0)], channels[level],
                    configuration)
            }
            return Level(
                resnets: resnets, upsample: level < last ? try Upsample2D(block["upsamplers"][0], channels[level]) : nil
            )
        }
        normOut = try GroupNorm(
            parameters["conv_norm_out"], groups: configuration.normNumGroups, channels: channels[last],
            eps: AutoencoderConfiguration.normEps)
        convOut = try Conv2d(parameters["conv_out"], channels[last], configuration.outChannels, kernel: 3, padding: 1)
    }

    /// [B, C, h, w] to [B, 3, H, W].
    func callAsFunction(_ latents: Tensor) throws(TensorError) -> Tensor {
        var x = try midBlock(convIn(latents))
        for block in upBlocks {
            for resnet in block.resnets { x = try resnet(x) }
            if let upsample = block.upsample { x = try upsample(x) }
        }
        return try convOut(normOut(x).siluConsuming())
    }
}
