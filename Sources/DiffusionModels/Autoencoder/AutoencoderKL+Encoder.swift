import NeuralNet
import TensorCore

/// From pictures to the moments of the posterior.
struct AutoencoderEncoder {
    private let convIn: Conv2d
    private let downBlocks: [Level]
    private let midBlock: AutoencoderMidBlock
    private let normOut: GroupNorm
    private let convOut: Conv2d

    private struct Level {
        let resnets: [ResnetBlock2D]
        let downsample: Downsample2D?
    }

    init(_ parameters: Parameters, _ configuration: AutoencoderConfiguration) throws {
        let channels = configuration.blockOutChannels
        let last = channels.count - 1
        convIn = try Conv2d(parameters["conv_in"], configuration.inChannels, channels[0], kernel: 3, padding: 1)
        downBlocks = try channels.indices.map { level in
            let block = parameters["down_blocks"][level]
            let resnets = try (0..<configuration.layersPerBlock).map { index in
                try ResnetBlock2D(
                    block["resnets"][index], index > 0 ? channels[level] : channels[max(level - 1, 0)], channels[level],
                    configuration)
            }
            return Level(
                resnets: resnets,
                downsample: level < last ? try Downsample2D(block["downsamplers"][0], channels[level], padding: 0) : nil
            )
        }
        midBlock = try AutoencoderMidBlock(parameters["mid_block"], configuration)
        normOut = try GroupNorm(
            parameters["conv_norm_out"], groups: configuration.normNumGroups, channels: channels[last],
            eps: AutoencoderConfiguration.normEps)
        convOut = try Conv2d(
            parameters["conv_out"], channels[last], 2 * configuration.latentChannels, kernel: 3, padding: 1)
    }

    /// [B, 3, H, W] to [B, 2·C, h, w].
    func callAsFunction(_ pictures: Tensor) throws(TensorError) -> Tensor {
        var x = try convIn(pictures)
        for block in downBlocks {
            for resnet in block.resnets { x = try resnet(x) }
            if let downsample = block.downsample { x = try downsample(x) }
        }
        return try convOut(normOut(midBlock(x)).siluConsuming())
    }
}
