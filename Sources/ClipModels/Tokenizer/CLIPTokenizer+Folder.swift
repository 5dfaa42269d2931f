package import Foundation

extension CLIPTokenizer {
    /// The tokenizer of a model folder: its own vocabulary where it has one, else CLIP's.
    ///
    /// Looked for in `tokenizer/` (diffusers) and in the folder itself (Hugging Face, open_clip): `vocab.json` with
    /// `merges.txt`, or `tokenizer.json`, and the padding token in `special_tokens_map.json` or
    /// `tokenizer_config.json`. Tokens that a fine-tune added are read (`AddedTokens`). A folder with
    /// `open_clip_config.json` is cleaned and padded as open_clip does.
    /// - Throws: `CLIPError.vocabulary` when a file is there but can't be used.
    package static func load(folder: URL) throws(CLIPError) -> CLIPTokenizer {
        let manager = FileManager.default
        func has(_ file: URL) -> Bool { manager.fileExists(atPath: file.path) }
        var vocabulary: BytePairVocabulary?
        var home = folder
        for place in [folder.appendingPathComponent("tokenizer"), folder] {
            let tokens = place.appendingPathComponent("vocab.json")
            let merges = place.appendingPathComponent("merges.txt")
            let single = place.appendingPathComponent("tokenizer.json")
            switch (has(tokens), has(merges)) {
            case (false, false):
                guard has(single) else { continue }
                (vocabulary, home) = (try .load(tokenizer: single), place)
            case (true, false): throw .vocabulary(file: tokens.path, reason: "merges.txt is missing beside it")
            case (false, true): throw .vocabulary(file: merges.path, reason: "vocab.json is missing beside it")
            case (true, true): (vocabulary, home) = (try .load(vocabulary: tokens, merges: merges), place)
            }
            break
        }
        let known = if let vocabulary { vocabulary } else { try BytePairVocabulary.builtIn() }
        let added = try AddedTokens.load(folder: home, vocabulary: known)
        if has(folder.appendingPathComponent("open_clip_config.json")) {
            return CLIPTokenizer(vocabulary: known, cleaning: .openCLIP, padding: 0, added: added)
        }
        let padding = try paddingToken(in: home) { known.number(of: $0) ?? added.numbers[$0] }
        return CLIPTokenizer(
            vocabulary: known, cleaning: .huggingFace, padding: padding ?? known.endOfText, added: added)
    }

    /// The folder's own padding token; nil when it names none.
    private static func paddingToken(in folder: URL, number: (String) -> Int?) throws(CLIPError) -> Int? {
        for name in ["special_tokens_map.json", "tokenizer_config.json"] {
            let file = folder.appendingPathComponent(name)
            guard let data = try? Data(contentsOf: file) else { continue }
            let found: PaddingFile
            do {
                found = try JSONDecoder().decode(PaddingFile.self, from: data)
            } catch {
                throw .unreadable(file.path, data, "not a tokenizer's settings (\(error.localizedDescription))")
            }
            guard let text = found.token else { continue }
            guard let number = number(text) else {
                throw .vocabulary(file: file.path, reason: "the padding token \"\(text)\" is not in the vocabulary")
            }
            return number
        }
        return nil
    }

    /// `pad_token` is a text, or an object that holds it as `content`.
    private struct PaddingFile: Decodable {
        var token: String?

        private enum Key: String, CodingKey { case pad_token, content }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            if let text = try? container.decodeIfPresent(String.self, forKey: .pad_token) {
                token = text
            } else if container.contains(.pad_token) {
                token = try container.nestedContainer(keyedBy: Key.self, forKey: .pad_token).decode(
                    String.self, forKey: .content)
            }
        }
    }
}
