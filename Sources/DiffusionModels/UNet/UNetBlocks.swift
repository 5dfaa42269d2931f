import NeuralNet
import TensorCore

/// One level on the way down: residual blocks, with attention after each or without, then half the side.
struct DownBlock {
    private let resnets: [ResnetBlock2D]
    private let attentions: [Transformer2D]
    private let downsample: Downsample2D?

    init(_ parameters: Parameters, _ configuration: UNetConfiguration, level: Int, contextIndex: inout Int) throws {
        let channels = configuration.blockOutChannels
        let layers = 0..<configuration.layersPerBlock[level]
        resnets = try layers.map { index in
            let inChannels = index > 0 ? channels[level] : channels[max(level - 1, 0)]
            return try ResnetBlock2D(parameters["resnets"][index], inChannels, channels[level], configuration)
        }
        attentions =
            configuration.downAttention[level]
            ? try layers.map {
                try Transformer2D(
                    parameters["attentions"][$0], configuration, level: level, contextIndex: &contextIndex)
            } : []
        downsample =
            level + 1 < configuration.levels
            ? try Downsample2D(parameters["downsamplers"][0], channels[level], padding: configuration.downsamplePadding)
            : nil
    }

    var crossAttentions: [Attention] { attentions.flatMap(\.crossAttentions) }

    /// - Parameter skips: gets every intermediate result, for the way up.
    /// - Returns: [B, C', H', W']; nil when the pass is over.
    func callAsFunction(_ input: Tensor, _ pass: UNetPass, skips: inout [Tensor]) throws(TensorError) -> Tensor? {
        var x = input
        for (index, resnet) in resnets.enumerated() {
            x = try resnet(x, time: pass.time)
            if !attentions.isEmpty {
                guard let attended = try attentions[index](x, pass) else { return nil }
                x = attended
            }
            skips.append(x)
        }
        if let downsample {
            x = try downsample(x)
            skips.append(x)
        }
        return x
    }
}

/// The lowest level: attention between two residual blocks.
struct MidBlock {
    private let resnet1: ResnetBlock2D
    private let attention: Transformer2D
    private let resnet2: ResnetBlock2D

    init(_ parameters: Parameters, _ configuration: UNetConfiguration, contextIndex: inout Int) throws {
        let level = configuration.levels - 1
        let channels = configuration.blockOutChannels[level]
        resnet1 = try ResnetBlock2D(parameters["resnets"][0], channels, channels, configuration)
        attention = try Transformer2D(
            parameters["attentions"][0], configuration, level: level, contextIndex: &contextIndex)
        resnet2 = try ResnetBlock2D(parameters["resnets"][1], channels, channels, configuration)
    }

    var crossAttentions: [Attention] { attention.crossAttentions }

    /// - Returns: [B, C, H, W] like the input; nil when the pass is over.
    func callAsFunction(_ input: Tensor, _ pass: UNetPass) throws(TensorError) -> Tensor? {
        guard let x = try attention(resnet1(input, time: pass.time), pass) else { return nil }
        return try resnet2(x, time: pass.time)
    }
}

/// One level on the way up: residual blocks on the lower level's output joined with the skips from the way down, then
/// twice the side.
struct UpBlock {
    private let resnets: [ResnetBlock2D]
    private let attentions: [Transformer2D]
    private let upsample: Upsample2D?

    /// - Parameter level: counted as on the way down, 0 = the latent's own size.
    init(_ parameters: Parameters, _ configuration: UNetConfiguration, level: Int, contextIndex: inout Int) throws {
        let channels = configuration.blockOutChannels
        let layers = 0...configuration.layersPerBlock[level]
        let below = channels[min(level + 1, configuration.levels - 1)]
        resnets = try layers.map { index in
            let coming = index == 0 ? below : channels[level]
            let skipped = index == layers.upperBound ? channels[max(level - 1, 0)] : channels[level]
            return try ResnetBlock2D(parameters["resnets"][index], coming + skipped, channels[level], configuration)
        }
        attentions =
            configuration.upAttention[configuration.levels - 1 - level]
            ? try layers.map {
                try Transformer2D(
                    parameters["attentions"][$0], configuration, level: level, contextIndex: &contextIndex)
            } : []
        upsample = level > 0 ? try Upsample2D(parameters["upsamplers"][0], channels[level]) : nil
    }

    var crossAttentions: [Attention] { attentions.flatMap(\.crossAttentions) }

    /// - Parameter skips: results of the way down; the last ones are removed and used.
    /// - Returns: [B, C', H', W']; nil when the pass is over.
    func callAsFunction(_ input: Tensor, _ pass: UNetPass, skips: inout [Tensor]) throws(TensorError) -> Tensor? {
        var x = input
        for (index, resnet) in resnets.enumerated() {
            x = try resnet(.cat([x, skips.removeLast().tiled(to: x.size(0))], 1), time: pass.time)
            if !attentions.isEmpty {
                guard let attended = try attentions[index](x, pass) else { return nil }
                x = attended
            }
        }
        // Upsamples to the size of the next level's maps, which isn't twice this one's if a side was odd.
        if let upsample, let next = skips.last?.shape { x = try upsample(x, height: next[2], width: next[3]) }
        return x
    }
}

extension ResnetBlock2D {
    /// A residual block of the UNet.
    fileprivate init(
        _ parameters: Parameters, _ inChannels: Int, _ outChannels: Int, _ configuration: UNetConfiguration
    ) throws {
        try self.init(
            parameters, inChannels, outChannels, timeChannels: configuration.timeEmbedDim,
            groups: configuration.normNumGroups,
            eps: configuration.normEps)
    }
}
