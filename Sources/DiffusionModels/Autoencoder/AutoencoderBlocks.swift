import NeuralNet
import TensorCore

/// Self-attention of a feature map's cells with a shortcut; one head, as wide as the map has channels.
struct AutoencoderAttention {
    private let norm: GroupNorm
    private let attention: Attention

    init(_ parameters: Parameters, _ channels: Int, groups: Int) throws {
        norm = try GroupNorm(
            parameters["group_norm"], groups: groups, channels: channels, eps: AutoencoderConfiguration.normEps)
        attention = try Attention(parameters, channels, contextChannels: channels, heads: 1, bias: true)
    }

    /// [B, C, H, W] to the same.
    func callAsFunction(_ input: Tensor) throws(TensorError) -> Tensor {
        let tokens = try norm(input).flatten(2).transpose(1, 2)
        let attended = try attention(tokens, attention.keysAndValues(tokens))
        return try attended.transpose(1, 2).reshape(input.shape) + input
    }
}

/// Two residual blocks, with attention between them or without.
struct AutoencoderMidBlock {
    private let resnet1: ResnetBlock2D
    private let attention: AutoencoderAttention?
    private let resnet2: ResnetBlock2D

    init(_ parameters: Parameters, _ configuration: AutoencoderConfiguration) throws {
        let channels = configuration.blockOutChannels[configuration.blockOutChannels.count - 1]
        resnet1 = try ResnetBlock2D(parameters["resnets"][0], channels, channels, configuration)
        attention =
            configuration.midBlockAddAttention
            ? try AutoencoderAttention(parameters["attentions"][0], channels, groups: configuration.normNumGroups) : nil
        resnet2 = try ResnetBlock2D(parameters["resnets"][1], channels, channels, configuration)
    }

    func callAsFunction(_ input: Tensor) throws(TensorError) -> Tensor {
        var x = try resnet1(input)
        if let attention { x = try attention(x) }
        return try resnet2(x)
    }
}

extension ResnetBlock2D {
    /// A residual block of the autoencoder: no timestep.
    init(_ parameters: Parameters, _ inChannels: Int, _ outChannels: Int, _ configuration: AutoencoderConfiguration)
        throws
    {
        try self.init(
            parameters, inChannels, outChannels, groups: configuration.normNumGroups,
            eps: AutoencoderConfiguration.normEps)
    }
}

extension AutoencoderConfiguration {
    /// Not in the configuration file (diffusers 0.42 `Encoder`, `Decoder`).
    static let normEps = 1e-6
}
