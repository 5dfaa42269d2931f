/// The symbols and merges of a byte-level byte-pair encoding whose words end in `</w>`.
///
/// *Source*: Sennrich et al. 2016 (byte-pair encoding), in the byte-level form of GPT-2 with CLIP's end-of-word mark.
package struct BytePairVocabulary: Sendable {
    /// Two neighbouring symbols.
    struct Pair: Hashable, Sendable {
        var first: Int32
        var second: Int32
    }

    /// The symbol that two neighbouring symbols merge into; the lowest rank merges first.
    struct Merge: Sendable {
        var rank: Int
        var symbol: Int32
    }

    private let inner: [Int32]  // symbol of each byte inside a word
    private let final: [Int32]  // symbol of each byte that ends a word
    let merges: [Pair: Merge]
    let tokens: [String: Int]

    package let startOfText: Int
    package let endOfText: Int
    /// One more than the largest token number.
    package let size: Int

    /// A vocabulary from token numbers and merges.
    ///
    /// - Parameters:
    ///   - tokens: token text → number, in the byte-to-character alphabet of `byteAlphabet`.
    ///   - merges: pairs of token texts, the first merged first.
    ///   - file: named in errors.
    /// - Throws: `CLIPError.vocabulary` when a byte, a merge's part or result, or the start or end token has no number.
    package init(tokens: [String: Int], merges: [(String, String)], file: String) throws(CLIPError) {
        func number(_ token: String) throws(CLIPError) -> Int32 {
            guard let found = tokens[token], let number = Int32(exactly: found), number >= 0 else {
                throw .vocabulary(file: file, reason: "the token \"\(token)\" has no number")
            }
            return number
        }
        var inner: [Int32] = []
        var final: [Int32] = []
        for character in Self.byteAlphabet {
            inner.append(try number(String(character)))
            final.append(try number(String(character) + Self.endOfWord))
        }
        var ranked: [Pair: Merge] = [:]
        ranked.reserveCapacity(merges.count)
        for (rank, merge) in merges.enumerated() {
            let pair = Pair(first: try number(merge.0), second: try number(merge.1))
            if ranked[pair] == nil {
                ranked[pair] = Merge(rank: rank, symbol: try number(merge.0 + merge.1))
            }
        }
        self.inner = inner
        self.final = final
        self.merges = ranked
        self.tokens = tokens
        // Hugging Face writes <|startoftext|>; open_clip calls the same two tokens <start_of_text> and <end_of_text>.
        self.startOfText = Int(try number("<|startoftext|>"))
        self.endOfText = Int(try number("<|endoftext|>"))
        self.size = (tokens.values.max() ?? -1) + 1
    }

    /// The number of a token as it is written in the vocabulary, e.g. `<|endoftext|>`.
    package func number(of token: String) -> Int? { tokens[token] }

    /// The token numbers of one word.
    package func encode(word: some Collection<UInt8>) -> [Int] {
        let bytes = Array(word)
        guard let last = bytes.last else { return [] }
        var symbols = bytes.dropLast().map { inner[Int($0)] } + [final[Int(last)]]
        while symbols.count > 1 {
            var best: (pair: Pair, merge: Merge)?
            for index in 0..<(symbols.count - 1) {
                let pair = Pair(first: symbols[index], second: symbols[index + 1])
                if let merge = merges[pair], merge.rank < (best?.merge.rank ?? .max) { best = (pair, merge) }
            }
            guard let best else { break }
            var merged: [Int32] = []
            merged.reserveCapacity(symbols.count)
            var index = 0
            while index < symbols.count {
                if index + 1 < symbols.count, symbols[index] == best.pair.first, symbols[index + 1] == best.pair.second
                {
                    merged.append(best.merge.symbol)
                    index += 2
                } else {
                    merged.append(symbols[index])
                    index += 1
                }
            }
            symbols = merged
        }
        return symbols.map(Int.init)
    }

    static let endOfWord = "</w>"

    /// The printable character that stands for each byte, 0 to 255.
    ///
    /// *Source*: GPT-2's byte alphabet. Printable Latin-1 bytes stand for themselves, the others, in order, for U+0100
    /// onwards.
    static let byteAlphabet: [Unicode.Scalar] = {
        var next: UInt32 = 0x100
        return (UInt8.min...UInt8.max).map { byte in
            if isPrintable(byte) { return Unicode.Scalar(byte) }
            defer { next += 1 }
            return Unicode.Scalar(next) ?? Unicode.Scalar(byte)
        }
    }()

    /// Bytes in the order of their token numbers in CLIP's own vocabulary: the printable ones first.
    static let bytesByNumber: [UInt8] = {
        let all = Array(UInt8.min...UInt8.max)
        return all.filter(isPrintable) + all.filter { !isPrintable($0) }
    }()

    private static func isPrintable(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || (0xAE...0xFF).contains(byte)
    }
}
