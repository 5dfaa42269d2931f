/// Tokens that a fine-tune added to the vocabulary's: textual inversion, DreamBooth, Custom Diffusion.
///
/// *Source*: transformers' and tokenizers' added tokens: their text is found before anything is split into pieces, the
/// longest first. A token that was learnt with several vectors is called `<x>`, `<x>_1`, `<x>_2`, …, and `<x>` stands
/// for all of them, as in diffusers' `maybe_convert_prompt`.
package struct AddedTokens: Sendable, Equatable {
    struct Token: Sendable, Equatable {
        var text: [Character]
        /// Lower case where case doesn't count.
        var compared: [String]
        /// The numbers of the token and of its further vectors.
        var numbers: [Int]
        /// Whether case is ignored, as for the rest of a prompt.
        var isNormalized: Bool
        /// Whether the token only matches between characters that are neither letters nor digits.
        var isSingleWord: Bool
    }

    /// A prompt's piece: text to be split further, or an added token.
    enum Piece {
        case text(Substring)
        case token([Int])
    }

    /// Longest first.
    private(set) var tokens: [Token] = []
    /// One more than the largest number; 0 without tokens.
    package private(set) var size = 0

    package init() {}

    package var isEmpty: Bool { tokens.isEmpty }
    /// All numbers by their tokens' texts.
    package private(set) var numbers: [String: Int] = [:]

    /// One file's entry for a token.
    struct Entry: Equatable {
        var number: Int
        var isNormalized = true
        var isSingleWord = false
    }

    /// - Parameter entries: text → number and how it is matched.
    init(_ entries: [String: Entry]) {
        size = (entries.values.map(\.number).max() ?? -1) + 1
        numbers = entries.mapValues(\.number)
        for (text, entry) in entries where !text.isEmpty {
            var all = [entry.number]
            while let next = entries["\(text)_\(all.count)"] { all.append(next.number) }
            let characters = Array(text)
            tokens.append(
                Token(
                    text: characters, compared: Self.compared(characters, entry.isNormalized), numbers: all,
                    isNormalized: entry.isNormalized, isSingleWord: entry.isSingleWord))
        }
        tokens.sort { ($1.text.count, String($0.text)) < ($0.text.count, String($1.text)) }
    }

    /// Cuts a text at the added tokens in it.
    func pieces(of text: String) -> [Piece] {
        guard !tokens.isEmpty else { return [.text(text[...])] }
        var pieces: [Piece] = []
        var start = text.startIndex, position = start
        while position < text.endIndex {
            guard let (token, end) = match(text, at: position) else {
                position = text.index(after: position)
                continue
            }
            if start < position { pieces.append(.text(text[start..<position])) }
            pieces.append(.token(token.numbers))
            (start, position) = (end, end)
        }
        if start < text.endIndex { pieces.append(.text(text[start...])) }
        return pieces
    }

    private func match(_ text: String, at position: String.Index) -> (Token, String.Index)? {
        for token in tokens {
            guard let end = text.index(position, offsetBy: token.text.count, limitedBy: text.endIndex),
                Self.compared(Array(text[position..<end]), token.isNormalized) == token.compared
            else { continue }
            if token.isSingleWord {
                let before = position > text.startIndex ? text[text.index(before: position)] : " "
                let after = end < text.endIndex ? text[end] : " "
                if Self.isOfWord(before) || Self.isOfWord(after) { continue }
            }
            return (token, end)
        }
        return nil
    }

    private static func compared(_ characters: [Character], _ isNormalized: Bool) -> [String] {
        characters.map { isNormalized ? $0.lowercased() : String($0) }
    }

    private static func isOfWord(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_"
    }
}
