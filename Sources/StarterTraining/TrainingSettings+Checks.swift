import Foundation

extension TrainingSettings {
    /// A sentence on what can't work; nil if the settings are valid. Everything is checked before anything is built,
    /// because a network of impossible shape would end the program.
    var problem: String? {
        whole ?? shares ?? runs ?? autoencoderProblem ?? perceptualProblem ?? diffusionProblem ?? clipProblem
    }

    /// Sizes and counts. The upper bounds, far above any model of this kind, keep a typing error from requesting all
    /// memory.
    private var whole: String? {
        let levels =
            autoencoder.channels.map { ("autoencoder.channels", $0, 4...2048) }
            + diffusion.channels.map { ("diffusion.channels", $0, 8...2048) }
        let numbers: [(String, Int, ClosedRange<Int>)] =
            levels + diffusion.heads.map { ("diffusion.heads", $0, 1...64) } + [
                ("picture_size", picture_size, 64...1024), ("latents.channels", latents.channels, 1...48),
                ("latents.pictures", latents.pictures, 1...100_000),
                ("autoencoder.groups", autoencoder.groups, 3...256),
                ("autoencoder.crop", autoencoder.crop, 8...1024), ("diffusion.groups", diffusion.groups, 1...256),
                ("diffusion.text_width", diffusion.text_width, 8...4096),
                ("diffusion.text_layers", diffusion.text_layers, 1...48),
                ("diffusion.text_heads", diffusion.text_heads, 1...64),
                ("diffusion.early_until", diffusion.early_until, 1...1000),
                ("diffusion.family", diffusion.family, 1...16),
                ("clip.family", clip.family, 2...16),
                ("diffusion.vocabulary_merges", diffusion.vocabulary_merges, 0...48_894),
                ("clip.image_size", clip.image_size, 16...1024),
                ("clip.patch_size", clip.patch_size, 1...256), ("clip.width", clip.width, 8...4096),
                ("clip.layers", clip.layers, 1...48),
                ("clip.heads", clip.heads, 1...64), ("clip.text_layers", clip.text_layers, 1...48),
                ("clip.vocabulary_merges", clip.vocabulary_merges, 0...48_894),
            ]
        return numbers.first { !$0.2.contains($0.1) }.map {
            "\($0.0) is \($0.1); it should be \($0.2.lowerBound) to \($0.2.upperBound)"
        }
    }

    private var shares: String? {
        let numbers: [(String, Double, ClosedRange<Double>)] = [
            ("damaged_share", damaged_share, 0...1), ("caption_names_kind", caption_names_kind, 0...1),
            ("latents.deviation", latents.deviation, 0.001...1000),
            ("latents.spread", latents.spread, 0...1),
            ("autoencoder.latent_noise", autoencoder.latent_noise, 1e-6...10),
            ("autoencoder.whole_from", autoencoder.whole_from, 0...1),
            ("autoencoder.damage_weight", autoencoder.damage_weight, 0...1000),
            ("autoencoder.edge_weight", autoencoder.edge_weight, 0...1000),
            ("autoencoder.perceptual_weight", autoencoder.perceptual_weight, 0...1000),
            ("autoencoder.perceptual_share", autoencoder.perceptual_share, 0...1),
            ("diffusion.snr_limit", diffusion.snr_limit, 0...1e6),
            ("diffusion.caption_dropout", diffusion.caption_dropout, 0...1),
            ("diffusion.damage_weight", diffusion.damage_weight, 0...1000),
            ("diffusion.early_share", diffusion.early_share, 0...1),
            ("diffusion.attention_weight", diffusion.attention_weight, 0...1000),
            ("diffusion.attention_inside", diffusion.attention_inside, 0.001...0.999),
            ("diffusion.attention_outside", diffusion.attention_outside, 0.001...0.999),
            ("clip.state_weight", clip.state_weight, 0...1000),
        ]
        return numbers.first { !$0.2.contains($0.1) }.map {
            "\($0.0) is \($0.1); it should be \($0.2.lowerBound) to \($0.2.upperBound)"
        }
    }

    private var runs: String? {
        for (name, run) in [("autoencoder", autoencoder.run), ("diffusion", diffusion.run), ("clip", clip.run)] {
            if !(1...100_000_000).contains(run.steps) {
                return "\(name).run.steps is \(run.steps); it should be 1 to 100000000"
            }
            if !(2...4096).contains(run.batch) || run.batch % 2 != 0 {
                return "\(name).run.batch is \(run.batch); it should be even, 2 to 4096"
            }
            if !(run.learning_rate > 0 && run.learning_rate <= 1) {
                return "\(name).run.learning_rate is \(run.learning_rate); it should be above 0, at most 1"
            }
            if !(0...100_000_000).contains(run.warm_up) {
                return "\(name).run.warm_up is \(run.warm_up); it should be 0 or more"
            }
            if !(0...1).contains(run.decay_from) {
                return "\(name).run.decay_from is \(run.decay_from); it should be 0 to 1"
            }
            if !(0...1).contains(run.final_share) {
                return "\(name).run.final_share is \(run.final_share); it should be 0 to 1"
            }
            if !(0..<1).contains(run.average_decay) {
                return "\(name).run.average_decay is \(run.average_decay); it should be 0 or more, below 1"
            }
            if !Self.dtypes.contains(run.dtype) {
                return "\(name).run.dtype is \(run.dtype); it should be float32 or bfloat16"
            }
        }
        return nil
    }

    private static let dtypes = ["float32", "bfloat16"]

    private var perceptualProblem: String? {
        if !Self.dtypes.contains(autoencoder.perceptual_dtype) {
            return "autoencoder.perceptual_dtype is \(autoencoder.perceptual_dtype); it should be float32 or bfloat16"
        }
        // VGG16 halves a picture four times.
        if autoencoder.perceptual_weight > 0, autoencoder.crop % 16 != 0 || picture_size % 16 != 0 {
            return "autoencoder.crop and picture_size should be multiples of 16 for autoencoder.perceptual_weight"
        }
        return nil
    }

    private var autoencoderProblem: String? {
        let (channels, groups) = (autoencoder.channels, autoencoder.groups)
        if channels.count != 3 || Set(channels).count != 3 {
            return "autoencoder.channels should have 3 levels of different widths"
        }
        if channels.contains(where: { $0 % groups != 0 || $0 / groups < 4 }) {
            return "autoencoder.groups should divide its channels, with 4 channels or more in a group"
        }
        if groups < latents.channels || channels[0] < 12 {
            return
                "the autoencoder is too narrow for \(latents.channels) latent channels: it needs as many groups, and 12 channels or more"
        }
        if autoencoder.crop % 4 != 0 || autoencoder.crop > picture_size {
            return "autoencoder.crop should be a multiple of 4, at most picture_size"
        }
        return nil
    }

    private var diffusionProblem: String? {
        let channels = diffusion.channels
        if !(1...6).contains(channels.count) { return "diffusion.channels should have 1 to 6 levels" }
        if diffusion.heads.count != channels.count {
            return "diffusion.heads should have as many levels as diffusion.channels"
        }
        if zip(channels, diffusion.heads).contains(where: { $0 % $1 != 0 }) {
            return "diffusion.heads should divide its channels"
        }
        if channels.contains(where: { $0 % diffusion.groups != 0 }) {
            return "diffusion.groups should divide its channels"
        }
        if diffusion.run.batch % diffusion.family != 0 {
            return "diffusion.family should divide diffusion.run.batch"
        }
        if diffusion.text_width % diffusion.text_heads != 0 {
            return "diffusion.text_heads should divide diffusion.text_width"
        }
        if picture_size % (4 << (channels.count - 1)) != 0 {
            return "picture_size should divide evenly down to the UNet's lowest level"
        }
        if !channels.indices.contains(where: { latentSize >> $0 == 16 }) {
            return "no level of the UNet has 16 cells a side, which CUT looks at"
        }
        return nil
    }

    private var clipProblem: String? {
        if clip.image_size % clip.patch_size != 0 { return "clip.patch_size should divide clip.image_size" }
        if clip.run.batch % clip.family != 0 { return "clip.family should divide clip.run.batch" }
        if clip.width % clip.heads != 0 { return "clip.heads should divide clip.width" }
        return nil
    }

    // MARK: - What a checkpoint belongs to

    /// Everything that determines a training's pictures and network, as text. Its length and learning rate are not
    /// included, so they may change between runs.
    func fingerprint(_ part: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let shared = Shared(
            seed: seed, picture_size: picture_size, damaged_share: damaged_share,
            caption_names_kind: caption_names_kind,
            latents: latents)
        let texts = [(try? encoder.encode(shared)) ?? Data(), (try? encoder.encode(part)) ?? Data()].map {
            String(decoding: $0, as: UTF8.self)
        }
        return texts[0]
            + (texts[1].firstRange(of: /,"run":\{[^}]*\}|"run":\{[^}]*\},?/).map {
                texts[1].replacingCharacters(in: $0, with: "")
            } ?? texts[1])
    }
}

/// What all trainings have in common.
private struct Shared: Encodable {
    var seed: UInt32
    var picture_size: Int
    var damaged_share: Double
    var caption_names_kind: Double
    var latents: TrainingSettings.Latents
}
