import DiffusionModels
import ClipModels
import Foundation
import NeuralNet
import StarterWorld
import TensorCore

extension DiffusionTraining {
    /// The noise's error, and how well the attention of the caption's words for the damage tells damaged cells from
    /// others (AUROC within each picture, cells damaged by a quarter or more), at four timesteps; 246 is where CUT
    /// starts at γ = 0.25. Also how well the words predict the noise: see `wordChoice`. Two parts for each object and
    /// damage, unless told otherwise.
    package func measure(parts: Int?) throws -> [String: Double] {
        try parameters.withAverages {
            try withoutGradients {
                let all = try PictureStream(settings, purpose: "validation").measured(parts ?? 2, threads: threads)
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
                try wordChoice(parts ?? 2, &means)
                return means.figures
            }
        }
    }

    /// `words_<timestep>`: how often the word for a picture's damage predicts the noise on its damaged cells better
    /// than the words for the object's other damages, at the timesteps where CUT decides what to draw; by chance one in
    /// five to seven. `word_margin_<timestep>`: by how many percent the other words' errors exceed its own.
    ///
    /// *Source*: Li et al. 2023 (diffusion classifier), section 3; one noise for all words.
    private func wordChoice(_ parts: Int, _ means: inout MeasuredMeans) throws {
        for (number, pair) in try PictureStream(settings, purpose: "words").measured(parts, threads: threads)
            .enumerated()
        {
            guard let damage = pair.damaged.damage else { continue }
            let category = pair.damaged.category, kinds = try StarterWorld.damages(of: category)
            let latents = try components.encode(PictureTensors.pictures([pair.damaged.image]))
            let shape = [kinds.count] + latents.shape.dropFirst()
            let noise = try Tensor.randn(
                latents.shape, generator: stepGenerator(settings.seed, "words noise", number)
            ).expand(shape)
            let weights = try PictureTensors.coverage(
                [pair.damaged.mask], side: settings.picture_size, cells: settings.latentSize
            ).unsqueeze(1)
            for timestep in [246, 400] {
                let predicted = try predict(
                    latents.expand(shape), noise, kinds.map { Captions.plain(category, $0).text },
                    Array(repeating: timestep, count: kinds.count)
                ).noise.to(device: .cpu)
                let difference = try predicted - noise
                let errors = try (difference * difference * weights).flatten(1).sum(1).doubles()
                let best = errors.indices.min { errors[$0] < errors[$1] } ?? 0
                means.add(kinds[best] == damage ? 1 : 0, "words_\(timestep)", pair.kind)
                if let right = kinds.firstIndex(of: damage) {
                    let others = (errors.reduce(0, +) - errors[right]) / Double(errors.count - 1)
                    means.add(100 * (others / max(errors[right], 1e-12) - 1), "word_margin_\(timestep)", pair.kind)
                }
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
}
