import ClipModels
import DiffusionModels
import Foundation
import Imaging
package import NeuralNet
package import TensorCore

/// UNet and text encoder learn together to tell the noise in latents of captioned pictures; the masks softly teach the
/// words of a damage where to look.
package final class DiffusionTraining: NetworkTraining {
    package let name = "diffusion"
    package let parameters: TrainedParameters
    package var run: TrainingSettings.Run { own.run }
    package var fingerprint: String { settings.fingerprint(own) }
    private let settings: TrainingSettings
    private var own: TrainingSettings.Diffusion { settings.diffusion }
    private let components: PatchComponents
    private let tokenizer: CLIPTokenizer
    private let unet: UNet2DConditionModel
    private let text: CLIPTextEncoder
    private let schedule = NoiseSchedule(.stableDiffusion)
    private let threads: Int

    package init(_ settings: TrainingSettings, components: PatchComponents, device: Device, threads: Int) throws {
        (self.settings, self.components, self.threads) = (settings, components, threads)
        let vocabulary = try BytePairVocabulary.builtIn(merges: settings.diffusion.vocabulary_merges)
        tokenizer = CLIPTokenizer(vocabulary: vocabulary, cleaning: .huggingFace, padding: vocabulary.endOfText)
        func build(_ store: ParameterStore) throws -> (UNet2DConditionModel, CLIPTextEncoder) {
            // The tower in open_clip's naming: its one matrix for queries, keys and values is a parameter, Hugging
            // Face's three are joined at the start and would not follow their parts.
            (
                try UNet2DConditionModel(store.root["unet"], settings.unetConfiguration),
                try CLIPTextEncoder(store.root["text"], settings.textConfiguration(vocabulary), naming: .openCLIP)
            )
        }
        let drawn = ParameterStore(drawnFrom: try Generator(seed: settings.seed &+ 1))
        _ = try build(drawn)
        let start = Dictionary(drawn.named, uniquingKeysWith: { first, _ in first })
        let store = ParameterStore(
            WeightsInMemory(start), dtype: try DType(named: settings.diffusion.run.dtype), device: device,
            trainable: true)
        (unet, text) = try build(store)
        try store.verify()
        var optimiser = TrainedParameters.Settings()
        optimiser.averageDecay = settings.diffusion.run.average_decay
        parameters = try TrainedParameters(working: store.named, masters: start, settings: optimiser)
    }

    package func pictures(step: Int) -> Int { run.batch }

    package func loss(step: Int) throws -> (loss: Tensor, figures: [String: Double]) {
        let stream = PictureStream(settings, purpose: name)
        let examples = stream.map(step * run.batch..<(step + 1) * run.batch, threads: threads) { stream.example($0) }
        var choice = RandomStream(seed: UInt64(settings.seed) << 32 ^ UInt64(step), purpose: "diffusion choices")
        let captions = examples.map { choice.chance(own.caption_dropout) ? "" : $0.caption }
        let timesteps = examples.map { _ in
            choice.index(choice.chance(own.early_share) ? own.early_until : schedule.alphaBars.count)
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
        let noise = try Tensor.randn(latents.shape, generator: generator)
        let predicted = try predict(latents, noise, captions, timesteps)
        let coverage = try PictureTensors.coverage(examples.map(\.mask), side: side, cells: settings.latentSize)
        let weights = try (coverage.unsqueeze(1) * own.damage_weight + 1).to(device: device)
        let difference = try predicted.noise - noise.to(device: device)
        let noiseError = try (difference * difference * weights).mean() / weights.mean()
        return (noiseError, try attentionError(predicted.attention, examples, captions))
    }

    /// z_t = √ᾱ z₀ + √(1-ᾱ) ε, and what the network makes of it.
    private func predict(_ latents: Tensor, _ noise: Tensor, _ captions: [String], _ timesteps: [Int]) throws
        -> (noise: Tensor, attention: Tensor)
    {
        func column(_ values: [Float]) throws(TensorError) -> Tensor { try Tensor(values, [values.count, 1, 1, 1]) }
        let z = try latents * column(timesteps.map(schedule.signal)) + noise * column(timesteps.map(schedule.noise))
        let hidden = try text.hiddenStates(captions.map { tokenizer.tokenize($0) })
        return try unet.noiseAndAttention(z, timesteps: timesteps, context: unet.promptContext(hidden))
    }

    /// Cross-entropy of the attention that the damage's words have in each of the 16×16 cells to what they are to have,
    /// cells inside and outside the damage counting alike, over the damaged pictures whose caption was kept. Lowest at
    /// the wanted shares; that minimum is taken off.
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

    // MARK: - Measuring

    /// The noise's error, and how well the attention of the caption's words for the damage tells damaged cells from
    /// others (AUROC within each picture, cells damaged by a quarter or more), at four timesteps; 246 is where CUT
    /// starts at γ = 0.25. Two parts for each object and damage.
    package func measure() throws -> [String: Double] {
        try parameters.withAverages {
            try withoutGradients {
                let all = try PictureStream(settings, purpose: "validation").measured(2, threads: threads)
                var means = MeasuredMeans()
                for timestep in [50, 246, 500, 750] {
                    for start in stride(from: 0, to: all.count, by: 16) {
                        let some = Array(all[start..<min(start + 16, all.count)]), examples = some.map(\.damaged)
                        let latents = try components.encode(PictureTensors.pictures(examples.map(\.image)))
                        let noise = try Tensor.randn(
                            latents.shape, generator: stepGenerator(settings.seed, "validation noise", start + timestep)
                        )
                        let predicted = try predict(
                            latents, noise, examples.map(\.caption), Array(repeating: timestep, count: examples.count))
                        let difference = try predicted.noise.to(device: .cpu) - noise
                        let errors = try (difference * difference).flatten(1).mean(1).doubles()
                        let attention = try predicted.attention.to(device: .cpu)
                        for (row, example) in examples.enumerated() {
                            means.add(errors[row], "noise_error_\(timestep)", some[row].kind)
                            if let value = try localisation(attention.select(0, row), example) {
                                means.add(value, "attention_auroc_\(timestep)", some[row].kind)
                            }
                        }
                    }
                }
                return means.figures
            }
        }
    }

    private func localisation(_ attention: Tensor, _ example: TrainingExample) throws -> Double? {
        guard let words = example.words, let mask = example.mask else { return nil }
        let scores = try attention.indexSelect(1, tokenizer.positions(of: [words], in: example.caption)).sum(1)
            .doubles()
        let truth = try PictureTensors.coverage(
            [mask], side: settings.picture_size, cells: UNet2DConditionModel.attentionSide
        ).doubles()
        return Ranking.auroc(scores, truth.map { $0 >= 0.25 })
    }

    package func result() throws -> [String: Tensor] { parameters.averaged }
}

enum Ranking {
    /// The chance that a positive scores above a negative, ties counting half; nil when there is one kind alone.
    static func auroc(_ scores: [Double], _ positive: [Bool]) -> Double? {
        let order = scores.indices.sorted { scores[$0] < scores[$1] }
        var (rankSum, start) = (0.0, 0)
        while start < order.count {
            var end = start
            while end < order.count, scores[order[end]] == scores[order[start]] { end += 1 }
            let rank = Double(start + end + 1) / 2
            for place in start..<end where positive[order[place]] { rankSum += rank }
            start = end
        }
        let positives = positive.count(where: { $0 }), negatives = positive.count - positives
        guard positives > 0, negatives > 0 else { return nil }
        return (rankSum - Double(positives * (positives + 1)) / 2) / Double(positives * negatives)
    }
}
