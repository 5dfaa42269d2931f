import ParameterKit

extension UNetConfiguration {
    /// Keys that change the architecture in ways SD 1.5 doesn't use, with the values that don't change it.
    static let supported: [String: [JSONValue]] = [
        "_class_name": [.string("UNet2DConditionModel")],
        "act_fn": [.string("silu"), .string("swish")],
        "addition_embed_type": [.null],
        "attention_type": [.string("default")],
        "center_input_sample": [.bool(false)],
        "class_embed_type": [.null],
        "class_embeddings_concat": [.bool(false)],
        "conv_in_kernel": [.int(3)],
        "conv_out_kernel": [.int(3)],
        "cross_attention_norm": [.null],
        "dropout": [.double(0), .int(0)],
        "dual_cross_attention": [.bool(false)],
        "encoder_hid_dim": [.null],
        "encoder_hid_dim_type": [.null],
        "mid_block_only_cross_attention": [.bool(false)],
        "mid_block_scale_factor": [.int(1), .double(1)],
        "mid_block_type": [.string("UNetMidBlock2DCrossAttn")],
        "num_attention_heads": [.null],
        "num_class_embeds": [.null],
        "only_cross_attention": [.bool(false)],
        "resnet_out_scale_factor": [.int(1), .double(1)],
        "resnet_skip_time_act": [.bool(false)],
        "resnet_time_scale_shift": [.string("default")],
        "reverse_transformer_layers_per_block": [.null],
        "time_cond_proj_dim": [.null],
        "time_embedding_act_fn": [.null],
        "time_embedding_dim": [.null],
        "time_embedding_type": [.string("positional")],
        "timestep_post_act": [.null],
    ]

    /// The configuration as a file's content.
    var file: [String: JSONValue] {
        [
            "_class_name": .string("UNet2DConditionModel"),
            "act_fn": .string("silu"),
            "attention_head_dim": .array(headCounts.map { .int($0) }),
            "block_out_channels": .array(blockOutChannels.map { .int($0) }),
            "cross_attention_dim": .int(crossAttentionDim),
            "down_block_types": .array(downAttention.map { .string($0 ? "CrossAttnDownBlock2D" : "DownBlock2D") }),
            "downsample_padding": .int(downsamplePadding),
            "flip_sin_to_cos": .bool(flipSinToCos),
            "freq_shift": .double(freqShift),
            "in_channels": .int(inChannels),
            "layers_per_block": .array(layersPerBlock.map { .int($0) }),
            "norm_eps": .double(normEps),
            "norm_num_groups": .int(normNumGroups),
            "out_channels": .int(outChannels),
            "sample_size": .int(sampleSize),
            "transformer_layers_per_block": .array(transformerLayers.map { .int($0) }),
            "up_block_types": .array(upAttention.map { .string($0 ? "CrossAttnUpBlock2D" : "UpBlock2D") }),
            "upcast_attention": .bool(upcastAttention),
            "use_linear_projection": .bool(useLinearProjection),
        ]
    }
}
