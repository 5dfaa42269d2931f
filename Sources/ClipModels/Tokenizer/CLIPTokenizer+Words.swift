extension CLIPTokenizer {
    /// Where the words of phrases stand in a tokenised prompt.
    ///
    /// *Source*: CUT section 4.1 optimises the anomaly words' tokens. Of each phrase the first place counts at which
    /// its tokens stand contiguously; several phrases make a union.
    /// - Returns: positions in the tokenised prompt, ascending, the start token being 0.
    /// - Throws: `CLIPError.wordsAbsent` when a phrase's tokens do not stand together in the prompt (or it has none);
    ///   `wordsCutOff` when they do, but not wholly among those that are read.
    package func positions(
        of phrases: [String], in prompt: String, contextLength: Int = CLIPTokenizer.contextLength
    ) throws(CLIPError) -> [Int] {
        let tokens = encode(prompt)
        let room = contextLength - 2
        var positions: Set<Int> = []
        for phrase in phrases {
            let words = encode(phrase)
            guard !words.isEmpty, words.count <= tokens.count,
                let start = (0...(tokens.count - words.count)).first(where: {
                    tokens[$0..<($0 + words.count)] == words[...]
                })
            else { throw .wordsAbsent(phrase: phrase, prompt: prompt) }
            guard start + words.count <= room else { throw .wordsCutOff(phrase: phrase, prompt: prompt, limit: room) }
            positions.formUnion((start + 1)...(start + words.count))
        }
        return positions.sorted()
    }
}
