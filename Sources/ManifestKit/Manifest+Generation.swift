// The section about the generator.

package enum GenerationMethod: String, Sendable, CaseIterable { case cut, cutpaste, perlin, external }
package enum Preset: String, Sendable, CaseIterable { case paper, fast, draft }
/// What guidance pushes up: the attention to the anomaly's words, or its logarithm.
package enum GuidanceObjective: String, Sendable, CaseIterable { case attention, logarithm }
/// How the tokens of the anomaly's words count together.
package enum PhraseAttention: String, Sendable, CaseIterable { case mean, sum }
/// The rule that a predicted noise is used by.
package enum SamplerName: String, Sendable, CaseIterable { case ddim, pndm, dpmsolver }
package enum NetworkType: String, Sendable, CaseIterable { case float32, bfloat16, float16 }

/// A kind of anomaly, in words.
package struct Anomaly: Sendable, Equatable {
    /// The folder's name in exports: letters, digits, `_`, `-`; never `good`.
    package var name: String
    /// What stands for `[anomaly]` in the prompt: one phrase, or several with commas between them.
    package var words: String
    /// Weight among the anomalies of a category, 1...1000.
    package var share: Int

    package init(name: String, words: String, share: Int = 1) {
        (self.name, self.words, self.share) = (name, words, share)
    }

    /// How many of `total` pictures each anomaly gets by its share: the largest remainders get what rounding down
    /// leaves, the earlier first among equals. The counts add up to `total`.
    package static func counts(of total: Int, among anomalies: [Anomaly]) -> [Int] {
        let sum = anomalies.reduce(0) { $0 + $1.share }
        guard sum > 0 else { return [] }
        var counts = anomalies.map { total * $0.share / sum }
        let byRemainder = anomalies.indices.sorted { left, right in
            let remainders = (total * anomalies[left].share % sum, total * anomalies[right].share % sum)
            return remainders.0 == remainders.1 ? left < right : remainders.0 > remainders.1
        }
        for index in byRemainder.prefix(total - counts.reduce(0, +)) { counts[index] += 1 }
        return counts
    }

    /// The phrases whose attention is guided, e.g. ["cracked", "bent over"].
    package var phrases: [String] { Words.phrases(of: words) }
}

/// One thing to ask the generator for.
package struct AnomalyPrompt: Sendable, Equatable {
    package var anomaly: Anomaly
    /// The prompt with `[cls]` and `[anomaly]` filled in.
    package var text: String
}

/// CUT's attention guidance (Source: paper section 4.1, A.1).
package struct GuidanceSettings: Sendable, Equatable {
    package var strength: Double
    package var thresholds: [Double]
    /// Step indices, ascending, as many as thresholds; already scaled to the number of steps where the preset says so.
    package var places: [Int]
    package var refinements: Int
    package var stopAfter: Int
    /// Open interval of n, the number of attended cells: two numbers, ascending.
    package var stopWindow: [Int]
    package var softmaxScale: Double
    package var phrase: PhraseAttention
    package var objective: GuidanceObjective
    /// Share of the steps in which guidance runs, 0...1.
    package var until: Double
    package var sigma: Double
    package var localisation: Bool
    package var earlyStop: Bool
    package var attention: Bool
    package var mask: Bool
}

package struct GenerationSection: Sendable, Equatable {
    package struct PerCategory: Sendable, Equatable {
        package var prompt: String?
        package var anomalies: [Anomaly]?
    }

    package var method: GenerationMethod
    /// Folder of a latent diffusion model; never `nil` when the method is `cut`.
    package var model: ManifestPath?
    /// Folder of pictures that `perlin` takes its material from; always `nil` for other methods.
    package var textures: ManifestPath?
    /// Folder or archive of pictures and masks made elsewhere; never `nil` when the method is `external`, always for
    /// others.
    package var external: ManifestPath?
    package var preset: Preset
    package var prompt: String
    package var anomalies: [Anomaly]
    package var overrides: [String: PerCategory]
    /// Pictures per normal sample for 1, 2, 4, ... shots.
    package var imagesPerNormalFew: Int
    /// Pictures per normal sample at full shot.
    package var imagesPerNormalFull: Int
    /// T, the timesteps of the schedule.
    package var steps: Int
    /// Share of the schedule that is run, 0 < gamma <= 1. Kept as decimal text: `denoisingSteps` is exact.
    package var gamma: DecimalNumber
    package var guidanceScale: Double
    package var sampler: SamplerName
    /// Steps from one unconditional prediction to the next, at least 1.
    package var guidanceEvery: Int
    package var guidance: GuidanceSettings
    package var imageGuidance: Bool
    /// Whether the picture is kept as it was where the words don't look.
    package var localBlend: Bool
    package var batch: Int
    package var dtype: NetworkType
    package var seed: SeedSource

    /// S, the denoising steps that are run.
    package var denoisingSteps: Int {
        imageGuidance ? gamma.denoisingSteps(of: steps) : steps
    }

    /// Pictures to make from each normal sample.
    package func imagesPerNormal(_ shots: Shots) -> Int {
        shots == .full ? imagesPerNormalFull : imagesPerNormalFew
    }

    package func anomalies(for category: String) -> [Anomaly] { overrides[category]?.anomalies ?? anomalies }

    /// What to ask for in a category whose pictures show `object`, in the manifest's order.
    package func prompts(for category: String, object: String) -> [AnomalyPrompt] {
        let template = overrides[category]?.prompt ?? prompt
        return anomalies(for: category).map {
            AnomalyPrompt(anomaly: $0, text: Words.fill(template, object: object, anomaly: $0.words))
        }
    }
}
