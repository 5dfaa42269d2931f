import ClipModels
import DiffusionModels

/// What the UNet is told: the prompt, the empty negative prompt, and where the anomaly's words stand.
struct AnomalyPrompt {
    let text: String
    let phrases: [String]
    /// Where the phrases stand in the text, in bytes of UTF-8; nil: wherever they are found as whole words.
    let places: [Range<Int>]?
    /// Columns of the words in the tokenised prompt, the start token being 0 (c_j of section 4.1).
    let positions: [Int]
    /// Keys and values of every cross-attention layer, computed once.
    let conditional: PromptContext
    let unconditional: PromptContext

    /// - Parameter places: where the phrases stand, for a prompt that was filled in: then nothing is searched, and a
    ///   "hole" in the object's "keyhole" or a second "stained" can't be taken for the anomaly's.
    /// - Throws: `CLIPError` when a phrase does not stand in the prompt or is cut off at 77 tokens.
    init(
        _ text: String, phrases: [String], places: [Range<Int>]? = nil, model: LatentDiffusionModel,
        unconditional: PromptContext?
    ) throws {
        guard !phrases.isEmpty, places?.isEmpty != true else {
            throw GenerationError(.badData, "no anomaly words are given; name words of the prompt \"\(text)\"")
        }
        (self.text, self.phrases, self.places) = (text, phrases, places)
        positions =
            if let places { try model.tokenizer.positions(at: places, in: text) } else {
                try model.tokenizer.positions(of: phrases, in: text)
            }
        conditional = try model.unet.promptContext(model.encodePrompt(text))
        self.unconditional = try unconditional ?? model.unet.promptContext(model.encodePrompt(""))
    }
}
