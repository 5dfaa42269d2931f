package import ParameterKit

/// CUT's numbers and switches. The defaults are the paper's (sections 4.1 and A.1); what it leaves open is named at the
/// key.
package struct CUTSettings: Parameters {
    package enum Preset: String, KeyChoice {
        case paper, fast, draft

        package var doc: String {
            switch self {
            case .paper: "the paper's numbers: 200 timesteps"
            case .fast: "40 timesteps of DPM-Solver++"
            case .draft:
                "32 of them in 16 bits, every second step without its unconditional half, at most 5 refinements: for a look"
            }
        }
    }

    /// The rule by which a predicted noise is used. The paper names none; its released code runs the model's own, PNDM.
    /// Started in the middle, PNDM ignores the first optimised latent.
    package enum Sampler: String, KeyChoice {
        case ddim, pndm, dpmsolver

        package var doc: String {
            switch self {
            case .ddim: "Song et al. 2021"
            case .pndm: "linear multistep, one pass more (Liu et al. 2022)"
            case .dpmsolver: "DPM-Solver++ (2M), for few steps (Lu et al. 2022)"
            }
        }
    }

    package enum NumberType: String, KeyChoice {
        case float32, bfloat16, float16

        package var doc: String {
            switch self {
            case .float32: "32 bits"
            case .bfloat16: "16 bits with float32's range"
            case .float16: "IEEE half precision"
            }
        }
    }

    @Key("Defaults of the keys below; whatever is written overrides it.", affects: .nothing)
    package var preset = Preset.paper

    /// T (A.1).
    @Key("T, the timesteps of the sampling schedule.", .in(1...1000), at: [Preset.fast: 40, .draft: 32])
    package var steps = 200

    @Key("How a step is taken. All are deterministic.", at: [Preset.fast: Sampler.dpmsolver, .draft: .dpmsolver])
    package var sampler = Sampler.ddim

    /// γ (4.1): S = γ·T is rounded half up in decimal arithmetic.
    @Key(
        "Share of the schedule that is run from the noised normal: S = gamma * T steps, rounded half up, at least 1.",
        .above(0, to: 1))
    package var gamma = DecimalNumber(coefficient: 25, exponent: -2)

    /// The paper names none; 7.5 is Stable Diffusion's own.
    @Key("Scale of classifier-free guidance.", .from(0, to: 100))
    package var guidanceScale = 7.5

    @Key(
        """
        Steps from one unconditional pass to the next; in between the last difference to the conditional one is kept. 1 is exact.
        """, .in(1...1000), at: [Preset.draft: 2])
    package var guidanceEvery = 1

    @Key("Whether to start from the noised normal; if not, from noise, with S = T.")
    package var imageGuidance = true

    /// Where the words don't look, the latent is kept on the normal's path (ours).
    @Key("Whether the picture is kept as it was where the anomaly's words don't look (not in the paper).")
    package var localBlend = false

    @Key("Attention guidance.")
    package var guidance = Guidance()

    @Key(
        "Number type of UNet and text encoder; autoencoder, latents and guidance are float32 always.",
        at: [Preset.draft: NumberType.bfloat16])
    package var dtype = NumberType.float32

    package init() {}

    /// S, the denoising steps that are run.
    package var denoisingSteps: Int { imageGuidance ? gamma.denoisingSteps(of: steps) : steps }

    /// Step indices written for S = 50, for the S of these settings: unchanged at the preset `paper`, scaled by S/50
    /// and rounded half up at the others. If so few steps remain that two indices would coincide (S < 4), the later one
    /// moves up, so that each keeps its threshold.
    fileprivate func scaled(_ places: [Int]) -> [Int] {
        if preset == .paper { return places }
        return places.reduce(into: []) { scaled, place in
            let next = (2 * place * denoisingSteps + 50) / 100
            scaled.append(scaled.last.map { max(next, $0 + 1) } ?? next)
        }
    }
}

extension CUTSettings {
    /// The guidance that increases the attention to the anomaly's words (*Source*: paper sections 4.1, A.1;
    /// Attend-and-Excite, Chefer et al. 2023, where the paper takes its numbers over).
    package struct Guidance: Parameters {
        /// How the tokens of the anomaly's words are combined in s.
        package enum Phrase: String, KeyChoice {
            /// The pinned reading. A cell shares its attention among tokens, so the mean over K of them is at most 1/K:
            /// words that the tokenizer splits can't reach the paper's thresholds.
            case mean
            /// The sum over the tokens. Ours; the same as `mean` for one token.
            case sum

            package var doc: String {
                switch self {
                case .mean: "the mean of their attention, at most 1/K for K tokens (the paper's preset)"
                case .sum:
                    "their attention together, at most 1: words that the tokenizer splits reach the thresholds, too"
                }
            }
        }

        package enum Objective: String, KeyChoice {
            /// L = 1 − max(s ⊙ m₁₆), Eq. 4.
            case attention
            /// L = −ln max(s ⊙ m₁₆): Eq. 4's gradient divided by the attention itself. Ours; for models whose attention
            /// was trained to be low where nothing is wrong.
            case logarithm

            package var doc: String {
                switch self {
                case .attention: "1 - the words' largest attention inside the foreground (the paper's)"
                case .logarithm: "minus its logarithm: pushes words that are hardly attended to at first, too"
                }
            }
        }

        /// λ of Eq. 5 (A.1).
        @Key("Lambda, the size of an update of the latent.", .from(0, to: 10_000))
        package var strength = 10.0

        /// What max(s ⊙ m₁₆) has to reach (A.1).
        @Key(
            "Attention to be reached at each of the places before the step is taken.",
            .each(.from(0, to: 1), count: 0...100))
        package var thresholds = [0.05, 0.5, 0.8]

        @Key(
            "Step indices at which the latent is refined until the threshold is reached.",
            .each(.in(0...1000), count: 0...100, ascending: true),
            else: .from("`[0, 10, 20]`; at the presets `fast` and `draft` scaled by S/50") { (cut: CUTSettings) in
                cut.scaled([0, 10, 20])
            })
        package var places = [0, 10, 20]

        @Key("Most refinements at one place.", .in(0...1000), at: [Preset.draft: 5])
        package var refinements = 20

        /// A.1: after the first 10.
        @Key(
            "First step at which guidance may stop early.", .in(0...1000),
            else: .from("`10`; at the presets `fast` and `draft` scaled by S/50") { (cut: CUTSettings) in
                cut.scaled([10]).first
            })
        package var stopAfter = 10

        /// A.1. The attention map has 16 x 16 cells.
        @Key(
            """
            Guidance stops when more cells than the first and fewer than the second number are attended above average, of 256.
            """, .each(.in(0...256), count: 2...2, ascending: true))
        package var stopWindow = [10, 50]

        @Key("Factor on attention before the softmax over words.", .above(0, to: 10_000))
        package var softmaxScale = 100.0

        @Key("How the tokens of the anomaly's words count together.")
        package var phrase = Phrase.mean

        @Key("The loss that guidance follows.")
        package var objective = Objective.attention

        /// The paper's guidance runs until it stops early. Below 1, the last steps, which settle fine detail, are not
        /// guided.
        @Key("Share of the steps in which guidance runs, if it does not stop early before.", .from(0, to: 1))
        package var until = 1.0

        /// σ of Eq. 3's kernel, whose exponent is (x/2σ)².
        @Key("Width of the 3 x 3 smoothing of the attention map, in cells.", .above(0, to: 10))
        package var sigma = 0.5

        @Key("Whether the update grows with the attended area; if not, n/n₀ counts as 1 in Eq. 5.")
        package var localisation = true

        @Key("Whether guidance may stop early.")
        package var earlyStop = true

        @Key("Whether attention is guided at all.")
        package var attention = true

        /// If not, the whole picture counts as foreground in Eq. 4; the annotation keeps the foreground.
        @Key("Whether guidance keeps to the foreground.")
        package var mask = true

        package init() {}

        package func check(_ issues: inout Issues) {
            guard thresholds.count != places.count else { return }
            issues.add(
                "\(thresholds.count) thresholds for \(places.count) places; expected one for each",
                at: $places.isWritten ? "places" : "thresholds")
        }
    }
}

private typealias Preset = CUTSettings.Preset
