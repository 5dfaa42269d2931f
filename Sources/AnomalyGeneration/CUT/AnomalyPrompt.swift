import ClipModels
import DiffusionModels

/// What the UNet is told: the prompt, the empty negative prompt, and where the anomaly's words stand.
struct AnomalyPrompt {
    let text: String
    let phrases: [String]
    /// Columns of the words in the tokenised prompt, the start token being 0 (c_j of section 4.1).
    let positions: [Int]
    /// Keys and values of every cross-attention layer, computed once.
    let conditional: PromptContext
    let unconditional: PromptContext

    /// - Throws: `CLIPError` when a phrase does not stand in the prompt or is cut off at 77 tokens.
    init(_ text: String, phrases: [String], model: LatentDiffusionModel, unconditional: PromptContext?) throws {
        guard !phrases.isEmpty else {
            throw GenerationError(.badData, "no anomaly words are given; name words of the prompt \"\(text)\"")
        }
        (self.text, self.phrases) = (text, phrases)
        positions = try model.tokenizer.positions(of: phrases, in: text)
        conditional = try model.unet.promptContext(model.encodePrompt(text))
        self.unconditional = try unconditional ?? model.unet.promptContext(model.encodePrompt(""))
    }
}
