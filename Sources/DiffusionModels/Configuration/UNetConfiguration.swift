import Foundation

/// The shape of a `UNet2DConditionModel`, as given by unet/config.json. An absent key has diffusers' default.
///
/// - Source: diffusers 0.42 `UNet2DConditionModel.__init__` (names and defaults); Rombach et al. 2022, section 3.3 and
///   appendix E.
package struct UNetConfiguration: Equatable, Sendable {
    /// Side of the latent in cells (`sample_size`).
    package var sampleSize: Int
    package var inChannels = 4
    package var outChannels = 4
    /// Channels of each level, from the latent's own size down (`block_out_channels`).
    package var blockOutChannels = [320, 640, 1280, 1280]
    /// Whether each level of the way down has cross-attention (`CrossAttnDownBlock2D`) or not (`DownBlock2D`).
    package var downAttention = [true, true, true, false]
    /// The same for the way up, first block = lowest level (`CrossAttnUpBlock2D`, `UpBlock2D`).
    package var upAttention = [false, true, true, true]
    /// Residual blocks of each level on the way down; the way up has one more (`layers_per_block`).
    package var layersPerBlock = [2, 2, 2, 2]
    /// Attention heads of each level. The key is called `attention_head_dim` for historical reasons, it is the *number*
    /// of heads.
    package var headCounts = [8, 8, 8, 8]
    /// Transformer layers of each attention of each level (`transformer_layers_per_block`).
    package var transformerLayers = [1, 1, 1, 1]
    /// Width of the text embeddings (`cross_attention_dim`).
    package var crossAttentionDim = 1280
    package var normNumGroups = 32
    package var normEps = 1e-5
    /// Linear layers instead of 1x1 convolutions around each transformer (`use_linear_projection`, SD 2).
    package var useLinearProjection = false
    /// Attention in float32 whatever the model's dtype (`upcast_attention`, SD 2.1).
    package var upcastAttention = false
    package var flipSinToCos = true
    package var freqShift = 0.0
    package var downsamplePadding = 1

    package init(sampleSize: Int) { self.sampleSize = sampleSize }

    /// How many levels there are; each halves the side.
    package var levels: Int { blockOutChannels.count }
    /// Width of the time embedding: four times the first level's channels.
    package var timeEmbedDim: Int { 4 * blockOutChannels[0] }

    /// The side of each level's feature maps for a latent of this side: a 3x3 convolution with stride 2 rounds up with
    /// padding 1.
    package func sides(latentSide: Int) -> [Int] {
        (1..<levels).reduce(into: [latentSide]) { sides, _ in sides.append((sides[sides.count - 1] + 1) / 2) }
    }
}

extension UNetConfiguration {
    /// - Throws: `DiffusionModelError` naming file and key: missing, wrong type, out of range, or an architecture that
    ///   isn't SD 1.5's.
    init(_ file: ConfigurationFile) throws(DiffusionModelError) {
        try file.refuse(otherThan: Self.supported)
        let channels = try file.integers("block_out_channels", default: [320, 640, 1280, 1280], in: 1...65_536)
        guard (1...8).contains(channels.count) else {
            throw file.problem("block_out_channels", "should have 1 to 8 levels")
        }
        let levels = channels.count
        // 2048 cells a side are pictures of 16384 pixels, more than any model of this kind supports.
        self.init(sampleSize: try file.side("sample_size", in: 1...2048))
        blockOutChannels = channels
        inChannels = try file.integer("in_channels", default: inChannels, in: 1...1024)
        outChannels = try file.integer("out_channels", default: outChannels, in: 1...1024)
        downAttention = try Self.attention(
            file, "down_block_types", plain: "DownBlock2D", cross: "CrossAttnDownBlock2D", default: downAttention,
            levels: levels)
        upAttention = try Self.attention(
            file, "up_block_types", plain: "UpBlock2D", cross: "CrossAttnUpBlock2D", default: upAttention,
            levels: levels)
        layersPerBlock = try file.integers("layers_per_block", default: 2, count: levels, in: 1...64)
        headCounts = try file.integers("attention_head_dim", default: 8, count: levels, in: 1...1024)
        transformerLayers = try file.integers("transformer_layers_per_block", default: 1, count: levels, in: 1...64)
        let crossAttentionDims = try file.integers("cross_attention_dim", default: 1280, count: levels, in: 1...65_536)
        crossAttentionDim = crossAttentionDims[0]
        normNumGroups = try file.integer("norm_num_groups", default: normNumGroups, in: 1...65_536)
        normEps = try file.number("norm_eps", default: normEps)
        useLinearProjection = try file.flag("use_linear_projection", default: false)
        upcastAttention = try file.flag("upcast_attention", default: false)
        flipSinToCos = try file.flag("flip_sin_to_cos", default: true)
        freqShift = try file.number("freq_shift", default: 0)
        downsamplePadding = try file.integer("downsample_padding", default: 1, in: 0...1)
        if Set(crossAttentionDims).count > 1 {
            throw file.problem("cross_attention_dim", "should be the same at every level")
        }
        if let key = indivisible { throw file.problem(key.key, key.text) }
        if channels[0] < 4 {
            throw file.problem("block_out_channels", "starts with \(channels[0]); the time embedding needs 4 or more")
        }
    }

    /// The key whose value doesn't divide the channels of some level, with a text that says why; nil if there is none.
    private var indivisible: (key: String, text: String)? {
        for (level, channels) in blockOutChannels.enumerated() {
            if channels % normNumGroups != 0 {
                return (
                    "norm_num_groups",
                    "is \(normNumGroups), which doesn't divide the \(channels) channels of level \(level)"
                )
            }
            if channels % headCounts[level] != 0 {
                return (
                    "attention_head_dim",
                    "gives \(headCounts[level]) heads, which don't divide the \(channels) channels of level \(level)"
                )
            }
        }
        return nil
    }

    private static func attention(
        _ file: ConfigurationFile, _ key: String, plain: String, cross: String, default fallback: [Bool], levels: Int
    ) throws(DiffusionModelError) -> [Bool] {
        let types = try file.texts(key, default: fallback.map { $0 ? cross : plain })
        guard types.count == levels else { throw file.problem(key, "has \(types.count) blocks for \(levels) levels") }
        for type in types where type != plain && type != cross {
            throw file.problem(key, "names the block \"\(type)\"; supported are \"\(plain)\" and \"\(cross)\"")
        }
        return types.map { $0 == cross }
    }
}
