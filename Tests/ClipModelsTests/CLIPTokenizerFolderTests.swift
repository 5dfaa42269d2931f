import ClipModels
import Foundation
import Testing

@Suite("Tokenizer folders")
struct CLIPTokenizerFolderTests {
    /// A vocabulary of 256 bytes, the same ending a word, "ab", "ab</w>" and the two special tokens.
    private struct Tiny {
        var tokens: [String: Int] = [:]
        let merges = "#version: 0.2\na b\na b</w>\n"

        init() {
            var next: UInt32 = 0x100
            for byte in UInt8.min...UInt8.max {
                let printable =
                    (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || (0xAE...0xFF).contains(byte)
                let scalar = printable ? Unicode.Scalar(byte) : Unicode.Scalar(next)
                if !printable { next += 1 }
                guard let scalar else { continue }
                tokens[String(scalar)] = Int(byte)
                tokens[String(scalar) + "</w>"] = 256 + Int(byte)
            }
            tokens["ab"] = 512
            tokens["ab</w>"] = 513
            tokens["<|startoftext|>"] = 514
            tokens["<|endoftext|>"] = 515
        }
    }

    private func withFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tokenizer-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    @Test("the built-in vocabulary serves a folder that brings none")
    func builtIn() throws {
        try withFolder { folder in
            let tokenizer = try CLIPTokenizer.load(folder: folder)
            #expect(tokenizer.tokenize("a photo").prefix(5) == [49406, 320, 1125, 49407, 49407])
            try Data("{}".utf8).write(to: folder.appendingPathComponent("open_clip_config.json"))
            #expect(
                try CLIPTokenizer.load(folder: folder).tokenize("a photo").prefix(5) == [49406, 320, 1125, 49407, 0])
        }
    }

    @Test("a folder's own vocabulary wins", arguments: ["tokenizer", ".", "tokenizer.json"])
    func own(place: String) throws {
        let tiny = Tiny()
        try withFolder { folder in
            let home = place == "tokenizer" ? folder.appendingPathComponent("tokenizer") : folder
            try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
            if place == "tokenizer.json" {
                let model: [String: Any] = ["vocab": tiny.tokens, "merges": [["a", "b"], ["a", "b</w>"]]]
                try JSONSerialization.data(withJSONObject: ["model": model]).write(
                    to: home.appendingPathComponent("tokenizer.json"))
            } else {
                try JSONEncoder().encode(tiny.tokens).write(to: home.appendingPathComponent("vocab.json"))
                try Data(tiny.merges.utf8).write(to: home.appendingPathComponent("merges.txt"))
            }
            try Data(#"{"pad_token": {"content": "!"}}"#.utf8).write(
                to: home.appendingPathComponent("special_tokens_map.json"))
            let tokenizer = try CLIPTokenizer.load(folder: folder)
            // "abc" = "ab" + "c</w>", then "ab</w>", end, padding "!" = 33
            #expect(tokenizer.tokenize("abc ab", contextLength: 7) == [514, 512, 256 + 99, 513, 515, 33, 33])
        }
    }

    @Test("a damaged vocabulary is refused with the file's name")
    func damaged() throws {
        try withFolder { folder in
            let vocabulary = folder.appendingPathComponent("vocab.json")
            let merges = folder.appendingPathComponent("merges.txt")
            try Data("{}".utf8).write(to: vocabulary)
            #expect(throws: CLIPError.vocabulary(file: vocabulary.path, reason: "merges.txt is missing beside it")) {
                try CLIPTokenizer.load(folder: folder)
            }
            try Data("a b c\n".utf8).write(to: merges)
            #expect(
                throws: CLIPError.vocabulary(file: merges.path, reason: "line 1 is not two tokens with a space between")
            ) {
                try CLIPTokenizer.load(folder: folder)
            }
            try Data("a b\n".utf8).write(to: merges)
            #expect(throws: CLIPError.vocabulary(file: vocabulary.path, reason: "the token \"Ā\" has no number")) {
                try CLIPTokenizer.load(folder: folder)
            }
            try Data("not json".utf8).write(to: vocabulary)
            #expect(throws: CLIPError.self) { try CLIPTokenizer.load(folder: folder) }
        }
    }
}
