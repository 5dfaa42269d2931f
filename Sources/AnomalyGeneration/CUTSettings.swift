package import DiffusionModels

/// CUT's numbers and switches. The defaults are the paper's (section 4.1 and A.1); what it leaves open is named at the
/// field.
package struct CUTSettings: Equatable, Sendable {
    /// T, the timesteps of the whole grid (A.1).
    package var steps = 200
    /// γ as decimal text in (0, 1]: how much of the grid is run, S = γ·T rounded half up in decimal arithmetic (4.1).
    package var gamma = "0.25"
    /// The paper names none; its released code runs the model's own, PNDM, started in the middle, where that ignores
    /// the first optimised latent.
    package var sampler = Sampler.ddim
    /// Steps from one unconditional prediction to the next; in between the difference to the conditional one is kept.
    /// 1: exact.
    package var guidanceEvery = 1
    /// Scale of classifier-free guidance. The paper names none; 7.5 is Stable Diffusion's own.
    package var guidanceScale = 7.5
    /// λ of Eq. 5 (A.1).
    package var strength = 10.0
    /// What max(s ⊙ m₁₆) has to reach at each of `places` (A.1), in [0, 1].
    package var thresholds = [0.05, 0.5, 0.8]
    /// Steps i at which the update is repeated until the threshold is reached (Attend-and-Excite, Chefer et al. 2023,
    /// its defaults).
    package var places = [0, 10, 20]
    /// Repetitions at one place, at most (Attend-and-Excite's default).
    package var refinements = 20
    /// Step i from which on guidance may stop early (A.1: after the first 10).
    package var stopAfter = 10
    /// Guidance stops when n lies strictly between these (A.1).
    package var stopWindow = [10, 50]
    /// Factor in front of the softmax of Eq. 3 (Attend-and-Excite's, 100).
    package var softmaxScale = 100.0
    /// How the tokens of the words count together in s.
    package var phrase = Phrase.mean
    /// What guidance pushes up.
    package var objective = Objective.attention
    /// Share of the S steps in which guidance runs, in [0, 1]; the paper's runs until it stops early. Below 1 the last
    /// steps, which settle fine detail, are left alone.
    package var until = 1.0
    /// σ of Eq. 3's kernel, whose exponent is (x/2σ)² (Attend-and-Excite's, 0.5).
    package var sigma = 0.5
    /// false: n/n₀ counts as 1 in Eq. 5.
    package var localisation = true
    /// false: guidance never stops before the last step.
    package var earlyStop = true
    /// false: no evaluation, no update.
    package var attention = true
    /// false: the whole picture counts as foreground in Eq. 4; the annotation keeps the foreground.
    package var mask = true
    /// false: all T steps from pure noise.
    package var imageGuidance = true
    /// true: where the words don't look the latent is kept on the normal sample's path (`LocalBlend`; ours).
    package var localBlend = false

    package enum Phrase: String, Sendable {
        /// The pinned reading. A cell shares its attention among tokens, so the mean over K of them is at most 1/K:
        /// words that the tokenizer splits can't reach the paper's thresholds.
        case mean
        /// The share that looks at any of the tokens, at most 1 whatever their number. Ours; for one token the same.
        case sum
    }

    package enum Objective: String, Sendable {
        /// L = 1 − max(s ⊙ m₁₆), the paper's Eq. 4.
        case attention
        /// L = −ln max(s ⊙ m₁₆): its gradient is the paper's divided by the attention itself, so a word that is hardly
        /// attended to at the start is still pushed. Ours; for models whose attention was trained to be low where
        /// nothing is wrong.
        case logarithm
    }

    package init() {}
}

extension CUTSettings {
    /// - Throws: `GenerationError.Code.badData` naming the first number that can't be worked with.
    func check() throws(GenerationError) {
        func demand(_ holds: Bool, _ what: String) throws(GenerationError) {
            if !holds { throw GenerationError(.badData, "generation settings: \(what)") }
        }
        try demand(
            places.count == thresholds.count,
            "\(places.count) places for \(thresholds.count) thresholds; wanted is one each")
        try demand(stopWindow.count == 2, "stop_window holds \(stopWindow.count) numbers; wanted are two")
        try demand(guidanceEvery >= 1, "guidance_every is \(guidanceEvery); wanted is 1 or more")
        try demand(refinements >= 0, "refinements is \(refinements); wanted is 0 or more")
        try demand((0...1).contains(until), "until is \(until); wanted is a share from 0 to 1")
        try demand(sigma.isFinite && sigma > 0, "sigma is \(sigma); wanted is a number above 0")
        for (name, value) in [
            ("guidance_scale", guidanceScale), ("strength", strength), ("softmax_scale", softmaxScale),
        ] {
            try demand(value.isFinite, "\(name) is \(value); wanted is a finite number")
        }
    }
}
