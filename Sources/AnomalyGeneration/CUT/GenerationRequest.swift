package import Generators

/// One group of pictures to generate: one source image and prompt, one seed for each picture. The group is one batch.
package struct GenerationRequest: Equatable, Sendable {
    /// PNG or JPEG, any size, 1, 3 or 4 channels.
    package var image: String
    /// Foreground where > 127, as large as the image; nil: the whole image.
    package var mask: String?
    package var prompt: String
    /// Phrases of the anomaly; each must occur in the prompt as whole words.
    package var words: [String]
    /// The phrases' places in the prompt, in bytes of UTF-8, for a prompt whose `[anomaly]` was filled in; nil: the
    /// first place of each.
    package var places: [Range<Int>]?
    package var settings: CUTSettings
    /// One for each picture of the group.
    package var seeds: [UInt32]
    /// One folder for each seed: image.png, attention.png and reconstruction.png are written there.
    package var outputs: [String]
    /// One safetensors file for each seed, when traces are wanted.
    package var traces: [String]?
    /// One folder for each seed, when intermediate pictures are wanted: `step-007-t191.png`, the picture that the
    /// network sees at that step, and `map-007-t191.png`, the attention to the words, 16 bits. Both of the source's
    /// size.
    package var traceImages: [String]?
    /// How many steps are pictured, the first and the last among them.
    package var tracedSteps = 10

    /// - Precondition: one output, and one trace where there are any, for each seed.
    package init(
        image: String, mask: String?, prompt: String, words: [String], settings: CUTSettings = CUTSettings(),
        seeds: [UInt32],
        outputs: [String], traces: [String]? = nil
    ) {
        precondition(outputs.count == seeds.count && (traces.map { $0.count == seeds.count } ?? true))
        (self.image, self.mask, self.prompt, self.words, self.settings) = (image, mask, prompt, words, settings)
        (self.seeds, self.outputs, self.traces) = (seeds, outputs, traces)
    }
}

/// What happened to one picture of the group.
package struct GeneratedPicture: Equatable, Sendable {
    /// The source's own size, which the written files have.
    package var width: Int
    package var height: Int
    package var timesteps: [Int]
    package var guidance: GuidanceRecord
    package var warnings: [String]
    /// How many pictures were computed as one batch: fewer than asked for where memory was short.
    package var together: Int
    /// Whether evaluations ran their blocks twice because memory was short.
    package var isCheckpointed: Bool
    /// If set, this picture could not be made and has no files; the others of the group are complete.
    package var failure: GenerationError?
}

/// What attention guidance did to one picture. Lists have one entry for each denoising step; all zero from the step
/// after the stop on.
package struct GuidanceRecord: Equatable, Sendable {
    /// L of the step's last evaluation.
    package var loss: [Double] = []
    /// α(n) of the step's last evaluation; 0 on the stopping step.
    package var stepSize: [Double] = []
    /// n of the step's last evaluation.
    package var n: [Int] = []
    package var refinements: [Int] = []
    /// The step at which guidance stopped early.
    package var stoppedAt: Int?
    /// Number of conditional passes run for L and its gradient.
    package var evaluations = 0
}

/// Reported after every denoising step of a group.
package struct GenerationProgress: Equatable, Sendable {
    package var done: Int
    package var total: Int
    package var note: String
}
