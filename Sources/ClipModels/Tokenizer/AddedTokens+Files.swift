import Foundation

extension AddedTokens {
    /// Reads the added tokens of a tokenizer's folder: `added_tokens.json`, `added_tokens_decoder` in
    /// `tokenizer_config.json`, `added_tokens` in `tokenizer.json`. Tokens of the vocabulary itself are skipped.
    ///
    /// - Throws: `CLIPError.vocabulary` for a file that can't be used, or two files that give a token two numbers.
    static func load(folder: URL, vocabulary: BytePairVocabulary) throws(CLIPError) -> AddedTokens {
        var found: [String: (entry: Entry, file: String)] = [:]
        func add(_ text: String, _ entry: Entry, _ file: String, keepsMatching: Bool = false) throws(CLIPError) {
            if let known = vocabulary.number(of: text) {
                guard known == entry.number else {
                    throw .vocabulary(
                        file: file,
                        reason: "gives the token \"\(text)\" number \(entry.number), the vocabulary \(known)")
                }
                return
            }
            if let other = found[text] {
                guard other.entry.number == entry.number else {
                    throw .vocabulary(
                        file: file,
                        reason:
                            "gives the token \"\(text)\" number \(entry.number), \(other.file) \(other.entry.number)")
                }
                if keepsMatching { return }
            }
            guard (0...10_000_000).contains(entry.number) else {
                throw .vocabulary(file: file, reason: "gives the token \"\(text)\" number \(entry.number)")
            }
            found[text] = (entry, file)
        }
        let single = folder.appendingPathComponent("tokenizer.json")
        if let content = try decode(SingleFile.self, single) {
            for token in content.added_tokens ?? [] { try add(token.content, token.entry(token.id), single.path) }
        }
        let settings = folder.appendingPathComponent("tokenizer_config.json")
        if let content = try decode(Settings.self, settings) {
            for (number, token) in content.added_tokens_decoder ?? [:] {
                guard let number = Int(number) else {
                    throw .vocabulary(file: settings.path, reason: "\"\(number)\" in added_tokens_decoder is no number")
                }
                try add(token.content, token.entry(number), settings.path)
            }
        }
        let plain = folder.appendingPathComponent("added_tokens.json")
        for (text, number) in try decode([String: Int].self, plain) ?? [:] {
            try add(text, Entry(number: number), plain.path, keepsMatching: true)
        }
        return AddedTokens(found.mapValues(\.entry))
    }

    /// nil where there is no such file.
    private static func decode<Content: Decodable>(_ type: Content.Type, _ file: URL) throws(CLIPError) -> Content? {
        guard let data = FileManager.default.contents(atPath: file.path) else { return nil }
        do {
            return try JSONDecoder().decode(type, from: data)
        } catch {
            throw .unreadable(file.path, data, "its added tokens can't be read (\(error.localizedDescription))")
        }
    }

    private struct SingleFile: Decodable { var added_tokens: [Written]? }
    private struct Settings: Decodable { var added_tokens_decoder: [String: Written]? }

    private struct Written: Decodable {
        var id: Int?
        var content: String
        var normalized: Bool?
        var single_word: Bool?

        func entry(_ number: Int?) -> Entry {
            Entry(number: number ?? -1, isNormalized: normalized ?? true, isSingleWord: single_word ?? false)
        }
    }
}
