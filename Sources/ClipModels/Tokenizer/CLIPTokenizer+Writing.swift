package import Foundation

extension CLIPTokenizer {
    /// Writes the tokenizer in Hugging Face's layout: vocab.json, merges.txt, tokenizer_config.json,
    /// special_tokens_map.json, and added_tokens.json where there are any.
    ///
    /// - Throws: `CocoaError` when the folder can't be created or written.
    package func write(to folder: URL) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        func write(_ data: Data, _ name: String) throws {
            try data.write(to: folder.appendingPathComponent(name), options: .atomic)
        }
        try write(encoder.encode(vocabulary.tokens), "vocab.json")
        if !added.isEmpty { try write(encoder.encode(added.numbers), "added_tokens.json") }
        let merges = vocabulary.mergesInOrder.map { "\($0) \($1)" }
        try write(Data((["#version: 0.2"] + merges).joined(separator: "\n").utf8 + [UInt8(ascii: "\n")]), "merges.txt")

        let end = "<|endoftext|>"
        let special = [
            "bos_token": "<|startoftext|>", "eos_token": end, "unk_token": end,
            "pad_token": vocabulary.tokens.first { $0.value == padding }?.key ?? end,
        ]
        try write(encoder.encode(special), "special_tokens_map.json")
        let settings = special.merging(["tokenizer_class": "CLIPTokenizer"]) { $1 }
        try write(encoder.encode(settings), "tokenizer_config.json")
    }
}

extension BytePairVocabulary {
    /// Every merge as two tokens' texts, the first merged first.
    var mergesInOrder: [(String, String)] {
        let texts = Dictionary(tokens.map { (Int32($0.value), $0.key) }, uniquingKeysWith: { first, _ in first })
        return merges.sorted { $0.value.rank < $1.value.rank }.compactMap { pair, _ in
            guard let first = texts[pair.first], let second = texts[pair.second] else { return nil }
            return (first, second)
        }
    }
}
