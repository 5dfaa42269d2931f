import ParameterKit

/// The shape of an `AutoencoderKL`, as given by vae/config.json. An absent key has diffusers' default.
///
/// - Source: diffusers 0.42 `AutoencoderKL.__init__` (names and defaults); Rombach et al. 2022, section 3.1 and
///   appendix G.
package struct AutoencoderConfiguration: Equatable, Sendable {
    package var inChannels = 3
    package var outChannels = 3
    /// Channels of each level, from the picture's own size down.
    package var blockOutChannels = [64]
    package var layersPerBlock = 1
    package var latentChannels = 4
    package var normNumGroups = 32
    /// z = `scalingFactor` × posterior mean: what the UNet works on (Rombach et al., appendix D.1).
    package var scalingFactor = 0.18215
    /// 1x1 convolutions between encoder and posterior, and between latent and decoder.
    package var useQuantConv = true
    package var usePostQuantConv = true
    package var midBlockAddAttention = true

    package init() {}

    /// Pixels a side of one latent cell: 2^(levels - 1).
    package var downsamplingFactor: Int { 1 << (blockOutChannels.count - 1) }
}

extension AutoencoderConfiguration {
    /// - Throws: `DiffusionModelError` naming file and key: missing, wrong type, out of range, or an architecture that
    ///   isn't SD 1.5's.
    init(_ file: ConfigurationFile) throws(DiffusionModelError) {
        try file.refuse(otherThan: Self.supported)
        self.init()
        blockOutChannels = try file.integers("block_out_channels", default: blockOutChannels, in: 1...65_536)
        guard (1...8).contains(blockOutChannels.count) else {
            throw file.problem("block_out_channels", "should have 1 to 8 levels")
        }
        for (key, type) in [("down_block_types", "DownEncoderBlock2D"), ("up_block_types", "UpDecoderBlock2D")] {
            let types = try file.texts(key, default: [type])
            guard types.count == blockOutChannels.count else {
                throw file.problem(key, "has \(types.count) blocks for \(blockOutChannels.count) levels")
            }
            for other in types where other != type {
                throw file.problem(key, "names the block \"\(other)\"; supported is \"\(type)\"")
            }
        }
        inChannels = try file.integer("in_channels", default: inChannels, in: 3...3)
        outChannels = try file.integer("out_channels", default: outChannels, in: 3...3)
        layersPerBlock = try file.integer("layers_per_block", default: layersPerBlock, in: 1...64)
        latentChannels = try file.integer("latent_channels", default: latentChannels, in: 1...1024)
        normNumGroups = try file.integer("norm_num_groups", default: normNumGroups, in: 1...65_536)
        scalingFactor = try file.number("scaling_factor", default: scalingFactor)
        useQuantConv = try file.flag("use_quant_conv", default: true)
        usePostQuantConv = try file.flag("use_post_quant_conv", default: true)
        midBlockAddAttention = try file.flag("mid_block_add_attention", default: true)
        if scalingFactor <= 0 { throw file.problem("scaling_factor", "is \(scalingFactor); it should be above 0") }
        for (level, channels) in blockOutChannels.enumerated() where channels % normNumGroups != 0 {
            throw file.problem(
                "norm_num_groups",
                "is \(normNumGroups), which doesn't divide the \(channels) channels of level \(level)")
        }
    }

    /// Keys that change the architecture in ways SD 1.5 doesn't use, with the values that don't change it.
    static let supported: [String: [JSONValue]] = [
        "_class_name": [.string("AutoencoderKL")],
        "act_fn": [.string("silu"), .string("swish")],
        "latents_mean": [.null],
        "latents_std": [.null],
        "shift_factor": [.null, .double(0), .int(0)],
    ]

    /// The configuration as a file's content. `sample_size` is for other readers; ours ignores it.
    func file(imageSize: Int) -> [String: JSONValue] {
        let levels = blockOutChannels.count
        return [
            "_class_name": .string("AutoencoderKL"),
            "act_fn": .string("silu"),
            "block_out_channels": .array(blockOutChannels.map { .int($0) }),
            "down_block_types": .array(Array(repeating: .string("DownEncoderBlock2D"), count: levels)),
            "in_channels": .int(inChannels),
            "latent_channels": .int(latentChannels),
            "layers_per_block": .int(layersPerBlock),
            "mid_block_add_attention": .bool(midBlockAddAttention),
            "norm_num_groups": .int(normNumGroups),
            "out_channels": .int(outChannels),
            "sample_size": .int(imageSize),
            "scaling_factor": .double(scalingFactor),
            "up_block_types": .array(Array(repeating: .string("UpDecoderBlock2D"), count: levels)),
            "use_post_quant_conv": .bool(usePostQuantConv),
            "use_quant_conv": .bool(useQuantConv),
        ]
    }
}
