import ClipModels
import DiffusionModels
import Foundation
import Imaging
package import NeuralNet
package import TensorCore

/// Trains UNet and text encoder together to predict the noise in latents of captioned pictures. The masks also
/// supervise the attention of the damage's words.
package final class DiffusionTraining: NetworkTraining {
    package let name = "diffusion"
    package let parameters: TrainedParameters
    package var run: TrainingSettings.Run { own.run }
    package var fingerprint: String { settings.fingerprint(own) }
    let settings: TrainingSettings
    private var own: TrainingSettings.Diffusion { settings.diffusion }
    let components: PatchComponents
    let tokenizer: CLIPTokenizer
    let unet: UNet2DConditionModel
    private let text: CLIPTextEncoder
    private let schedule = NoiseSchedule(.stableDiffusion)
    let threads: Int

    /// - Parameter from: weights to start from in place of drawn ones.
    package init(
        _ settings: TrainingSettings, components: PatchComponents, from: StartingWeights? = nil, device: Device,
        threads: Int
    ) throws {
        (self.settings, self.components, self.threads) = (settings, components, threads)
        let vocabulary = try BytePairVocabulary.builtIn(merges: settings.diffusion.vocabulary_merges)
        tokenizer = CLIPTokenizer(vocabulary: vocabulary, cleaning: .huggingFace, padding: vocabulary.endOfText)
        func build(_ store: ParameterStore) throws -> (UNet2DConditionModel, CLIPTextEncoder) {
            // Uses open_clip's naming, where one matrix for queries, keys and values is a parameter. Hugging Face's
            // three matrices are joined once at the start, so the joined matrix would not follow their training.
            (
                try UNet2DConditionModel(store.root["unet"], settings.unetConfiguration),
                try CLIPTextEncoder(store.root["text"], settings.textConfiguration(vocabulary), naming: .openCLIP)
            )
        }
        let drawn = ParameterStore(drawnFrom: try Generator(seed: settings.seed &+ 1))
        _ = try build(drawn)
        var start = Dictionary(drawn.named, uniquingKeysWith: { first, _ in first })
        if let from {
            start = try from.diffusion(start, components)
        } else if settings.diffusion.zero_residuals {
            for (name, tensor) in start where Self.endsResidual(name) { start[name] = try tensor.zerosLike() }
        }
        let store = ParameterStore(
            WeightsInMemory(start), dtype: try DType(named: settings.diffusion.run.dtype), device: device,
            trainable: true)
        (unet, text) = try build(store)
        try store.verify()
        var optimiser = TrainedParameters.Settings()
        optimiser.averageDecay = settings.diffusion.run.average_decay
        parameters = try TrainedParameters(working: store.named, masters: start, settings: optimiser)
    }

    /// Whether a parameter is in the last layer of a residual branch or in the last convolution. Started at 0, each
    /// block passes on its input.
    ///
    /// *Source*: Goyal et al. 2017, section 5.1; Dhariwal and Nichol 2021's code (`zero_module`).
    private static func endsResidual(_ name: String) -> Bool {
        name.hasPrefix("unet.")
            && (name.contains(".conv2.") || name.contains(".proj_out.") || name.hasPrefix("unet.conv_out."))
    }

    package func pictures(step: Int) -> Int { run.batch }

    package func loss(step: Int) throws -> (loss: Tensor, figures: [String: Double]) {
        let stream = PictureStream(settings, purpose: name)
        let (size, count) = (own.family, run.batch / own.family)
        let families = stream.map(step * count..<(step + 1) * count, threads: threads) { index in
            size == 1 ? [stream.example(index)] : stream.family(index, size: size, soundToo: true)
        }
        let examples = families.flatMap { $0 }
        var choice = RandomStream(seed: UInt64(settings.seed) << 32 ^ UInt64(step), purpose: "diffusion choices")
        let captions = examples.map { choice.chance(own.caption_dropout) ? "" : $0.caption }
        let timesteps = families.flatMap { family in
            let timestep = choice.index(choice.chance(own.early_share) ? own.early_until : schedule.alphaBars.count)
            return family.map { _ in timestep }
        }
        let parts = try errors(examples, captions, timesteps, stepGenerator(settings.seed, "diffusion noise", step))
        let loss = try parts.noise + parts.attention * own.attention_weight
        return (loss, ["noise_error": try parts.noise.item(), "attention_error": try parts.attention.item()])
    }

    /// The weighted squared error of the noise (Ho et al. 2020, equation 14), and the error of the damage words'
    /// attention.
    private func errors(_ examples: [TrainingExample], _ captions: [String], _ timesteps: [Int], _ generator: Generator)
        throws
        -> (noise: Tensor, attention: Tensor)
    {
        let device = unet.device, side = settings.picture_size
        let latents = try components.encode(PictureTensors.pictures(examples.map(\.image)))
        let shape = Array(latents.shape.dropFirst()), count = examples.count / own.family
        let noise = try Tensor.randn([count, 1] + shape, generator: generator).expand([count, own.family] + shape)
            .reshape([examples.count] + shape)
        let predicted = try predict(latents, noise, captions, timesteps)
        let coverage = try PictureTensors.coverage(examples.map(\.mask), side: side, cells: settings.latentSize)
        let weights = try (coverage.unsqueeze(1) * own.damage_weight + 1).to(device: device)
        let importance = try Tensor(timesteps.map(importance), [examples.count, 1, 1, 1]).to(device: device)
        let difference = try predicted.noise - noise.to(device: device)
        let noiseError = try (difference * difference * weights * importance).mean() / weights.mean()
        return (noiseError, try attentionError(predicted.attention, examples, captions))
    }

    /// The weight of a timestep's error: min(SNR, limit) / SNR with SNR = ᾱ / (1 - ᾱ), 1 without a limit.
    ///
    /// *Source*: Hang et al. 2023, section 3.4, for networks that predict the noise.
    private func importance(_ timestep: Int) -> Float {
        guard own.snr_limit > 0 else { return 1 }
        let signal = schedule.alphaBars[timestep]
        return min(1, Float(own.snr_limit) * (1 - signal) / signal)
    }

    /// z_t = √ᾱ z₀ + √(1-ᾱ) ε, and the network's prediction for it.
    func predict(_ latents: Tensor, _ noise: Tensor, _ captions: [String], _ timesteps: [Int]) throws
        -> (noise: Tensor, attention: Tensor)
    {
        func column(_ values: [Float]) throws(TensorError) -> Tensor { try Tensor(values, [values.count, 1, 1, 1]) }
        let z = try latents * column(timesteps.map(schedule.signal)) + noise * column(timesteps.map(schedule.noise))
        let hidden = try text.hiddenStates(captions.map { tokenizer.tokenize($0) })
        return try unet.noiseAndAttention(z, timesteps: timesteps, context: unet.promptContext(hidden))
    }

    /// Cross-entropy between the attention of the damage's words in each of the 16×16 cells and its target, over the
    /// damaged pictures whose caption was kept. Cells inside and outside the damage have equal total weight. The
    /// minimum, reached at the target, is subtracted.
    private func attentionError(_ attention: Tensor, _ examples: [TrainingExample], _ captions: [String]) throws
        -> Tensor
    {
        var rows: [Int] = []
        var words: [[Float]] = []
        for (row, example) in examples.enumerated() {
            guard let phrase = example.words, !captions[row].isEmpty else { continue }
            guard let places = try? tokenizer.positions(of: [phrase], in: captions[row]) else { continue }
            rows.append(row)
            words.append((0..<CLIPTokenizer.contextLength).map { places.contains($0) ? 1 : 0 })
        }
        guard !rows.isEmpty else { return try .zeros([], device: unet.device) }
        let cells = UNet2DConditionModel.attentionSide
        let inside = try PictureTensors.coverage(
            rows.map { examples[$0].mask }, side: settings.picture_size, cells: cells
        )
        .reshape(rows.count, cells * cells).to(device: unet.device)
        let outside = try 1 - inside
        let chosen = try Tensor(words.flatMap { $0 }, [rows.count, CLIPTokenizer.contextLength, 1]).to(
            device: unet.device)
        let share = try attention.indexSelect(0, rows).bmm(chosen).squeeze(-1).clamp(min: 1e-5, max: 1 - 1e-5)
        func crossEntropy(_ wanted: Double, _ area: Tensor) throws(TensorError) -> Tensor {
            let entropy = -(wanted * log(wanted) + (1 - wanted) * log(1 - wanted))
            let terms = try (share.log() * wanted + (1 - share).log() * (1 - wanted)) * -1 - entropy
            return try ((terms * area).sum(1) / (area.sum(1) + 1e-6)).mean()
        }
        return try crossEntropy(own.attention_inside, inside) + crossEntropy(own.attention_outside, outside)
    }

    package func result() throws -> [String: Tensor] { parameters.averaged }
}
