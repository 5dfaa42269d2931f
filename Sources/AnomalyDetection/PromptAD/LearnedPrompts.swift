package import ClipModels
package import TensorCore

/// Prompts of one object, whose first words are learned vectors: `[context] screw.` for good ones, `[context] damaged
/// screw.` and `[context] [word] screw.` for damaged ones.
///
/// *Source*: Li et al. 2024 and its released code, which puts the learned word in front of the name.
package struct LearnedPrompts {
    /// *Source*: the released code's general states.
    package static let states = [
        "damaged {}", "flawed {}", "abnormal {}", "imperfect {}", "blemished {}", "{} with flaw", "{} with defect",
        "{} with damage",
    ]

    /// The learned vectors: contexts `[contexts, length, width]` and words `[words, 1, width]`.
    package let contexts, words: Tensor
    private let clip: CLIPModel
    private let good, handmade, learned: Texts

    /// Texts with room for vectors behind their start token: the vectors of their tokens, and where each ends.
    private struct Texts {
        let vectors: Tensor  // [n, T, width]
        let ends: [Int]

        init(_ texts: [String], _ clip: CLIPModel) throws {
            let length = clip.configuration.text.contextLength
            (vectors, ends) = try withoutGradients {
                try clip.text.vectors(of: texts.map { clip.tokenizer.tokenize($0, contextLength: length) })
            }
        }

        /// The texts with vectors `[n, m, width]` in that room.
        func embeddings(with learned: Tensor, _ text: CLIPTextEncoder) throws -> Tensor {
            let room = try learned.size(1)
            let filled = try Tensor.cat(
                [
                    vectors.narrow(1, start: 0, length: 1), learned,
                    vectors.narrow(1, start: 1 + room, length: vectors.size(1) - 1 - room),
                ], 1)
            return try text.embeddings(of: filled, ends: ends)
        }
    }

    /// - Parameters:
    ///   - name: the object's.
    ///   - contexts: `[contexts, length, width]`.
    ///   - words: `[words, 1, width]`.
    /// - Throws: `CLIPError`, `TensorError`.
    package init(_ clip: CLIPModel, name: String, contexts: Tensor, words: Tensor) throws {
        (self.clip, self.contexts, self.words) = (clip, contexts, words)
        let (count, length) = (try contexts.size(0), try contexts.size(1))
        // Any word of one token keeps the room.
        func room(_ places: Int) -> String { String(repeating: "n ", count: places) }
        good = try Texts(Array(repeating: room(length) + name + ".", count: count), clip)
        handmade = try Texts(
            Self.states.flatMap { state in
                Array(repeating: room(length) + state.replacing("{}", with: name) + ".", count: count)
            }, clip)
        learned = try Texts(
            Array(repeating: room(length + 1) + name + ".", count: try count * words.size(0)), clip)
    }

    /// The prompts' vectors in the space shared with pictures, not normalised.
    package struct Vectors {
        /// `[contexts, C]`.
        package let good: Tensor
        /// `[states · contexts, C]`.
        package let handmade: Tensor
        /// `[words · contexts, C]`.
        package let learned: Tensor

        /// The mean of the good ones, then of all others, each of length 1, `[2, C]`.
        package var anchors: Tensor {
            get throws(TensorError) {
                try Tensor.stack(
                    [good.mean(0).normalized(), Tensor.cat([handmade, learned], 0).mean(0).normalized()], 0)
            }
        }
    }

    package func vectors() throws -> Vectors {
        let (count, length, width) = (try contexts.size(0), try contexts.size(1), try contexts.size(2))
        func repeated(_ times: Int) throws(TensorError) -> Tensor {
            try contexts.unsqueeze(0).expand([times, count, length, width]).reshape([times * count, length, width])
        }
        let kinds = try words.size(0)
        let inner = try words.unsqueeze(1).expand([kinds, count, 1, width]).reshape([kinds * count, 1, width])
        return Vectors(
            good: try good.embeddings(with: contexts, clip.text),
            handmade: try handmade.embeddings(with: repeated(Self.states.count), clip.text),
            learned: try learned.embeddings(with: Tensor.cat([repeated(kinds), inner], 1), clip.text))
    }
}

extension LearnedPrompts.Vectors {
    /// The loss of normals' features.
    ///
    /// *Source*: Li et al. 2024 and its released code: cross-entropy of the good anchor among all abnormal prompts, a
    /// triplet loss with margin 0 between the two anchors, and the distance between handmade and learned prompts. The
    /// released code sums the triplet's squares of patches over patches; here over channels.
    /// - Parameter features: of length 1, `[n, C]`.
    package func loss(_ features: Tensor, scale: Double, matching: Double) throws(TensorError) -> Tensor {
        let anchors = try anchors
        let (hand, own) = (try handmade.normalized(), try learned.normalized())
        let all = try Tensor.cat([anchors.narrow(0, start: 0, length: 1), hand, own], 0)
        let entropy = try -(features.matmul(all.transposed()) * scale).logSoftmax(1).select(1, 0).mean()
        // |f − good|² − |f − abnormal|² of vectors of length 1.
        let cosines = try features.matmul(anchors.transposed())
        let triplet = try ((cosines.select(1, 1) - cosines.select(1, 0)) * 2).relu().mean()
        let apart = try hand.mean(0) - own.mean(0)
        return try entropy + triplet + (apart * apart).sum() * matching
    }
}
