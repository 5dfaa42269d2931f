extension CLIPTokenizer {
    /// The positions of phrases' words in a tokenised prompt.
    ///
    /// *Source*: CUT section 4.1 optimises the anomaly words' tokens. For each phrase this is the first place where its
    /// words are side by side as whole words: "hole" is not found in "keyhole". The positions of several phrases are
    /// joined. For a prompt that was made of parts, `positions(at:in:)` is exact.
    /// - Returns: positions in the tokenised prompt, ascending, the start token being 0.
    /// - Throws: `CLIPError.wordsAbsent` when a phrase's words are not together in the prompt (or it has none);
    ///   `wordsCutOff` when they are, but some lie behind the last token that is read.
    package func positions(
        of phrases: [String], in prompt: String, contextLength: Int = CLIPTokenizer.contextLength
    ) throws(CLIPError) -> [Int] {
        let words = encodedWords(prompt)
        let room = contextLength - 2
        var positions: Set<Int> = []
        for phrase in phrases {
            let wanted = encodedWords(phrase)
            guard !wanted.isEmpty, wanted.count <= words.count,
                let first = (0...(words.count - wanted.count)).first(where: {
                    words[$0..<($0 + wanted.count)] == wanted[...]
                })
            else { throw .wordsAbsent(phrase: phrase, prompt: prompt) }
            let start = words[..<first].reduce(0) { $0 + $1.count }, count = wanted.reduce(0) { $0 + $1.count }
            guard start + count <= room else { throw .wordsCutOff(phrase: phrase, prompt: prompt, limit: room) }
            positions.formUnion((start + 1)...(start + count))
        }
        return positions.sorted()
    }

    /// The positions of pieces of a prompt in the tokenised prompt. For prompts that were filled in, so that the
    /// pieces' places are known and need not be searched for.
    ///
    /// A piece that ends within a word counts with the whole word.
    /// - Parameter places: ranges of the prompt's UTF-8.
    /// - Returns, throws: as `positions(of:in:)`.
    package func positions(
        at places: [Range<Int>], in prompt: String, contextLength: Int = CLIPTokenizer.contextLength
    ) throws(CLIPError) -> [Int] {
        let bytes = prompt.utf8, whole = encode(prompt)
        let room = contextLength - 2
        var positions: Set<Int> = []
        for place in places {
            guard place.lowerBound >= 0, place.upperBound <= bytes.count,
                let lower = bytes.index(bytes.startIndex, offsetBy: place.lowerBound).samePosition(in: prompt),
                let upper = bytes.index(bytes.startIndex, offsetBy: place.upperBound).samePosition(in: prompt)
            else { throw .wordsAbsent(phrase: "bytes \(place)", prompt: prompt) }
            let phrase = String(prompt[lower..<upper])
            guard !encode(phrase).isEmpty else { throw .wordsAbsent(phrase: phrase, prompt: prompt) }
            // The piece itself; else the whole word around it; else everything up to the next white space.
            let candidates = [
                (lower, upper), Self.widened(lower, upper, in: prompt) { $0.isLetter || $0.isNumber },
                Self.widened(lower, upper, in: prompt) { !$0.isWhitespace },
            ]
            var found: (start: Int, count: Int)?
            for (from, to) in candidates where found == nil {
                let before = encode(String(prompt[..<from])), inside = encode(String(prompt[from..<to]))
                guard !inside.isEmpty, before + inside + encode(String(prompt[to...])) == whole else { continue }
                found = (before.count, inside.count)
            }
            guard let found else { throw .wordsAbsent(phrase: phrase, prompt: prompt) }
            guard found.start + found.count <= room else {
                throw .wordsCutOff(phrase: phrase, prompt: prompt, limit: room)
            }
            positions.formUnion((found.start + 1)...(found.start + found.count))
        }
        return positions.sorted()
    }

    private static func widened(
        _ lower: String.Index, _ upper: String.Index, in text: String, while belongs: (Character) -> Bool
    ) -> (String.Index, String.Index) {
        var (from, to) = (lower, upper)
        while from > text.startIndex, belongs(text[text.index(before: from)]) { from = text.index(before: from) }
        while to < text.endIndex, belongs(text[to]) { to = text.index(after: to) }
        return (from, to)
    }
}
