import ClipModels
import DiffusionModels

/// The text input of the UNet: the prompt, the empty negative prompt, and the places of the anomaly's words.
struct AnomalyPrompt {
    let text: String
    let phrases: [String]
    /// The phrases' places in the text, in bytes of UTF-8; nil: wherever they are found as whole words.
    let places: [Range<Int>]?
    /// Columns of the words in the tokenised prompt, the start token being 0 (c_j of section 4.1).
    let positions: [Int]
    /// Keys and values of every cross-attention layer, computed once.
    let conditional: PromptContext
    let unconditional: PromptContext

    /// - Parameter places: the phrases' places in a prompt that was filled in. With places nothing is searched, so a
    ///   "hole" in the object's "keyhole" or a second "stained" can't be taken for the anomaly's word.
    /// - Throws: `CLIPError` when a phrase is not in the prompt or is cut off at 77 tokens.
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
