import Algorithms
import ClipModels
import TensorCore

/// The text vectors that pictures are compared with.
struct TextFeatures {
    let clip: CLIPModel
    let ensemble: PromptEnsemble
    /// Whether each sentence counts alike; else longer vectors count more, as in WinCLIP.
    var normalizesSentences = true

    /// Number of sentences that run through the text tower at a time; limits its memory.
    private static let batch = 64

    /// Each sentence's vector, normalised unless told otherwise, their mean, normalised; normal first, then abnormal.
    ///
    /// *Source*: paper section 4.2; averaging as in APRIL-GAN's `encode_text_with_prompt_ensemble`.
    /// - Returns: `[2, C]`, float32.
    func callAsFunction(_ className: String) throws -> Tensor {
        let name = ensemble.name(of: className)
        return try withoutGradients {
            let rows = try [ensemble.normal, ensemble.abnormal].map { states in
                let context = clip.configuration.text.contextLength
                let tokens = ensemble.sentences(states, for: name).map {
                    clip.tokenizer.tokenize($0, contextLength: context)
                }
                var parts: [Tensor] = []
                for part in tokens.chunks(ofCount: Self.batch) {
                    let vectors = try clip.text.embeddings(Array(part)).to(.float32)
                    parts.append(normalizesSentences ? try vectors.normalized() : vectors)
                }
                return try Tensor.cat(parts, 0).mean(0).normalized()
            }
            return try Tensor.stack(rows, 0)
        }
    }
}
