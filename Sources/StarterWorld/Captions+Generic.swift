extension Captions {
    /// Whether a damaged caption's words fit any damage ("damaged", "with a flaw") and name none.
    package static func isGeneric(_ words: String) -> Bool {
        let generic = Vocabulary.generic
        return generic.adjectives.contains(words) || generic.nouns.contains { words == "with \($0)" }
    }
}
