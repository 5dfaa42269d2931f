/// CLIP's tokenizer: text to the numbers that the text tower reads.
///
/// *Source*: Radford et al. 2021 section 2.4. Lower-cased byte-level byte-pair encoding; words are runs of letters,
/// single digits, runs of other characters, and the English endings `'s 't 're 've 'm 'll 'd`. Parity: open_clip's
/// `SimpleTokenizer`, Hugging Face's `CLIPTokenizer`.
///
/// Tokens that a fine-tune added are found before anything is split (`AddedTokens`). Not covered: the text of the start
/// and end tokens inside a prompt is plain text here; see `Cleaning` for what is not cleaned.
package struct CLIPTokenizer: Sendable {
    /// How text is cleaned before it is split.
    package enum Cleaning: Sendable {
        /// Character references of HTML resolved, curly quotes straightened, white space collapsed, lower case.
        ///
        /// open_clip runs ftfy first. Of its steps, composed form (NFC), straight quotes and dropped control characters
        /// are done here. Repair of mojibake, ligatures, full-width forms and terminal escapes is not; ordinary text
        /// doesn't need it.
        case openCLIP
        /// Composed form (NFC), white space collapsed, lower case.
        case huggingFace
    }

    /// The most numbers that the text tower reads, including the start and end tokens.
    ///
    /// *Source*: the released models' `context_length` and `max_position_embeddings`.
    package static let contextLength = 77

    package let vocabulary: BytePairVocabulary
    package let cleaning: Cleaning
    /// The number that fills a text up after its end token: the end token again in Stable Diffusion's and Hugging
    /// Face's tokenizers, 0 in open_clip's.
    package let padding: Int
    /// Tokens beside the vocabulary's.
    package let added: AddedTokens

    package init(
        vocabulary: BytePairVocabulary, cleaning: Cleaning, padding: Int, added: AddedTokens = AddedTokens()
    ) {
        (self.vocabulary, self.cleaning, self.padding, self.added) = (vocabulary, cleaning, padding, added)
    }

    /// One more than the largest number of a token.
    package var size: Int { max(vocabulary.size, added.size) }

    /// The numbers of a text, without start and end.
    package func encode(_ text: String) -> [Int] { encodedWords(text).flatMap { $0 } }

    /// The numbers of each word and added token.
    func encodedWords(_ text: String) -> [[Int]] {
        added.pieces(of: text).flatMap { piece -> [[Int]] in
            switch piece {
            case .text(let text): Self.words(of: cleaned(String(text))).map { vocabulary.encode(word: $0.utf8) }
            case .token(let numbers): [numbers]
            }
        }
    }

    /// The numbers of a text as the text tower reads them: start, text, end, padding.
    ///
    /// A text that is too long is cut off after its 75th number; the last number is then the end token.
    /// - Returns: `contextLength` numbers.
    package func tokenize(_ text: String, contextLength: Int = CLIPTokenizer.contextLength) -> [Int] {
        let room = contextLength - 2
        precondition(room >= 0, "a context holds the start and the end token at least")
        let body = encode(text).prefix(room)
        return [vocabulary.startOfText] + body + [vocabulary.endOfText]
            + Array(repeating: padding, count: room - body.count)
    }

    // MARK: - Words

    /// Splits cleaned text into words; white space separates words and is dropped.
    static func words(of text: String) -> [Substring] {
        var words: [Substring] = []
        let scalars = text.unicodeScalars
        var position = scalars.startIndex
        while position < scalars.endIndex {
            if let ending = Self.endings.first(where: { scalars[position...].starts(with: $0.unicodeScalars) }) {
                let next = scalars.index(position, offsetBy: ending.unicodeScalars.count)
                words.append(text[position..<next])
                position = next
                continue
            }
            let kind = Kind(scalars[position])
            var next = scalars.index(after: position)
            if kind != .digit {
                while next < scalars.endIndex, Kind(scalars[next]) == kind { next = scalars.index(after: next) }
            }
            if kind != .space { words.append(text[position..<next]) }
            position = next
        }
        return words
    }

    private static let endings = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"]

    /// The class of a character: `\p{L}`, `\p{N}`, `\s` or none of them.
    private enum Kind {
        case letter, digit, space, other

        init(_ scalar: Unicode.Scalar) {
            switch scalar.properties.generalCategory {
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: self = .letter
            case .decimalNumber, .letterNumber, .otherNumber: self = .digit
            default: self = scalar.properties.isWhitespace ? .space : .other
            }
        }
    }
}
