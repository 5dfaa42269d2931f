import FileSigns
package import Foundation

extension BytePairVocabulary {
    /// CLIP's own vocabulary, from the merges that are built in: 49,408 tokens.
    ///
    /// *Source*: Radford et al. 2021 section 2.4; token numbers as in OpenAI's release: 256 bytes, 256 bytes that end a
    /// word, one token per merge in order, the start token 49406, the end token 49407.
    /// - Parameter count: take only this many merges; longer words are then split into more pieces. Byte-pair encoding
    ///   learns its merges in order, so the first ones form the smaller vocabulary that training would have given.
    /// - Throws: `CLIPError.vocabulary` when the resource folder beside the program is missing.
    package static func builtIn(merges count: Int? = nil) throws(CLIPError) -> BytePairVocabulary {
        let file = try builtInMerges()
        let all = try readMerges(file)
        let merges = Array(all.prefix(count ?? all.count))
        var tokens: [String: Int] = [:]
        tokens.reserveCapacity(2 * bytesByNumber.count + merges.count + 2)
        func add(_ token: String) { tokens[token] = tokens.count }
        for byte in bytesByNumber { add(String(byteAlphabet[Int(byte)])) }
        for byte in bytesByNumber { add(String(byteAlphabet[Int(byte)]) + endOfWord) }
        for (first, second) in merges { add(first + second) }
        add("<|startoftext|>")
        add("<|endoftext|>")
        return try BytePairVocabulary(tokens: tokens, merges: merges, file: file.path)
    }

    /// The licence of the built-in merges, which must accompany every copy of them.
    ///
    /// - Throws: as `builtIn`.
    package static func builtInLicence() throws(CLIPError) -> String {
        let file = try builtInMerges().deletingLastPathComponent().appendingPathComponent("LICENSE.bpe_merges.txt")
        guard let text = try? String(contentsOf: file, encoding: .utf8) else {
            throw .vocabulary(file: file.path, reason: "can't be read")
        }
        return text
    }

    /// A vocabulary from Hugging Face's two files.
    ///
    /// - Throws: `CLIPError.vocabulary` when a file can't be read or the two do not fit each other.
    package static func load(vocabulary: URL, merges: URL) throws(CLIPError) -> BytePairVocabulary {
        let tokens: [String: Int]
        let data = try read(vocabulary)
        do {
            tokens = try JSONDecoder().decode([String: Int].self, from: data)
        } catch {
            throw .unreadable(
                vocabulary.path, data, "not a JSON object of token numbers (\(error.localizedDescription))")
        }
        return try BytePairVocabulary(tokens: tokens, merges: try readMerges(merges), file: vocabulary.path)
    }

    /// A vocabulary from Hugging Face's single `tokenizer.json`.
    ///
    /// - Throws: `CLIPError.vocabulary` when the file is not a byte-pair encoding's.
    package static func load(tokenizer file: URL) throws(CLIPError) -> BytePairVocabulary {
        let content: TokenizerFile
        let data = try read(file)
        do {
            content = try JSONDecoder().decode(TokenizerFile.self, from: data)
        } catch {
            throw .unreadable(file.path, data, "holds no byte-pair encoding (\(error.localizedDescription))")
        }
        return try BytePairVocabulary(
            tokens: content.model.vocab, merges: content.model.merges.map(\.pair), file: file.path)
    }

    /// The part of `tokenizer.json` that is read.
    private struct TokenizerFile: Decodable {
        var model: Model

        struct Model: Decodable {
            var vocab: [String: Int]
            var merges: [Merge]
        }

        /// Two texts, or one text with a space between (older files).
        struct Merge: Decodable {
            var pair: (String, String)

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                let parts =
                    if let two = try? container.decode([String].self) {
                        two
                    } else {
                        try container.decode(String.self).split(separator: " ").map(String.init)
                    }
                guard parts.count == 2 else {
                    throw DecodingError.dataCorruptedError(in: container, debugDescription: "a merge is two tokens")
                }
                pair = (parts[0], parts[1])
            }
        }
    }

    /// Pairs of tokens, one pair a line; a first line `#version…` is skipped.
    private static func readMerges(_ file: URL) throws(CLIPError) -> [(String, String)] {
        let data = try read(file)
        if let standIn = StandIn(data) { throw .vocabulary(file: file.path, reason: standIn.sentence) }
        var merges: [(String, String)] = []
        var number = 0
        for line in data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            let bytes = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            if bytes.isEmpty || (number == 1 && bytes.starts(with: Array("#version".utf8))) { continue }
            let parts = bytes.split(separator: UInt8(ascii: " "))
            guard parts.count == 2, let first = String(bytes: parts[0], encoding: .utf8),
                let second = String(bytes: parts[1], encoding: .utf8)
            else { throw .vocabulary(file: file.path, reason: "line \(number) is not two tokens with a space between") }
            merges.append((first, second))
        }
        return merges
    }

    private static func read(_ file: URL) throws(CLIPError) -> Data {
        guard let data = FileManager.default.contents(atPath: file.path) else {
            throw .vocabulary(file: file.path, reason: "can't be read")
        }
        return data
    }

    /// Where the built-in merges lie: in the resource folder that the build puts beside the program.
    ///
    /// `Bundle.module` would end the process when the folder is missing; this looks in the same place and throws.
    private static func builtInMerges() throws(CLIPError) -> URL {
        let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        let places = [program, Bundle.main.bundleURL].map {
            $0.appendingPathComponent("flawsmith_ClipModels.resources/Resources/bpe_merges.txt")
        }
        guard let found = places.first(where: { FileManager.default.fileExists(atPath: $0.path) }) else {
            throw .vocabulary(
                file: places[0].path,
                reason: "not found; keep the folder flawsmith_ClipModels.resources beside the program")
        }
        return found
    }
}
