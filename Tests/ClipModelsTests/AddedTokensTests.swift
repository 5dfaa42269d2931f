import ClipModels
import Foundation
import Testing

@Suite("Tokens that fine-tunes added")
struct AddedTokensTests {
    private func tokenizer(_ files: [String: String]) throws -> CLIPTokenizer {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("added-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in files { try Data(text.utf8).write(to: folder.appendingPathComponent(name)) }
        return try CLIPTokenizer.load(folder: folder)
    }

    private static let decoder = """
        {"added_tokens_decoder": {
          "49406": {"content": "<|startoftext|>", "special": true}, "49407": {"content": "<|endoftext|>", "special": true},
          "49408": {"content": "<scuff>", "lstrip": false, "normalized": true, "single_word": false, "special": false}}}
        """

    @Test(
        "are read from every file that may hold them",
        arguments: [
            ["added_tokens.json": #"{"<scuff>": 49408}"#], ["tokenizer_config.json": AddedTokensTests.decoder],
            ["added_tokens.json": #"{"<scuff>": 49408}"#, "tokenizer_config.json": AddedTokensTests.decoder],
        ])
    func files(_ files: [String: String]) throws {
        let tokenizer = try tokenizer(files)
        #expect(
            tokenizer.encode("a photo of a nut with a <scuff>") == [320, 1125, 539, 320, 4657, 593, 320, 49408]
                || tokenizer.encode("a <scuff>") == [320, 49408])
        #expect(tokenizer.encode("<SCUFF>,photo") == [49408, 267, 1125])
        #expect(tokenizer.size == 49409)
        #expect(try tokenizer.positions(of: ["<scuff>"], in: "a photo of a <scuff>") == [5])
    }

    @Test("without them the text is split as ever")
    func none() throws {
        let tokenizer = try tokenizer(["tokenizer_config.json": #"{"model_max_length": 77}"#])
        #expect(tokenizer.added.isEmpty && tokenizer.size == 49408)
        #expect(tokenizer.encode("<scuff>").count > 2)
    }

    @Test("the longest fits first, several vectors stand for one token, case and neighbours count where asked")
    func matching() throws {
        let tokenizer = try tokenizer([
            "tokenizer_config.json": """
            {"added_tokens_decoder": {
              "49408": {"content": "<a>"}, "49409": {"content": "<a>_1"}, "49410": {"content": "<a>_2"},
              "49411": {"content": "zrust", "single_word": true, "normalized": false}, "49412": {"content": "zrusty"}}}
            """
        ])
        #expect(tokenizer.encode("<a>") == [49408, 49409, 49410])
        #expect(tokenizer.encode("<a>_1") == [49409])
        #expect(tokenizer.encode("zrust zrusty") == [49411, 49412])
        #expect(!tokenizer.encode("tzrust").contains(49411) && !tokenizer.encode("Zrust").contains(49411))
        #expect(try tokenizer.positions(of: ["<a>"], in: "photo <a> photo") == [2, 3, 4])
    }

    @Test("files that contradict each other, or are no files, are named")
    func errors() {
        for (files, word) in [
            (["added_tokens.json": #"{"<scuff>": 49409}"#, "tokenizer_config.json": Self.decoder], "49409"),
            (["added_tokens.json": #"{"photo</w>": 5}"#], "the vocabulary"),
            (["added_tokens.json": #"{"<x>": -4}"#], "-4"), (["added_tokens.json": "[]"], "added tokens"),
            (["added_tokens.json": "version https://git-lfs.github.com/spec/v1\noid"], "git lfs pull"),
        ] as [([String: String], String)] {
            let error = #expect(throws: CLIPError.self, "\(word)") { try tokenizer(files) }
            #expect(error?.description.contains(word) == true, "\(String(describing: error))")
        }
    }

    @Test("damaged files never crash", .timeLimit(.minutes(5)))
    func fuzzing() throws {
        let seed = ProcessInfo.processInfo.environment["FLAWSMITH_FUZZ_SEED"].flatMap(UInt64.init) ?? 20_264
        print("fuzzing added tokens with seed \(seed)")
        var state = seed
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % max(1, bound)
        }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("added-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        // A vocabulary of bytes only, because reading CLIP's own takes longer than the rest of the test.
        var tokens: [String: Int] = ["<|startoftext|>": 512, "<|endoftext|>": 513]
        var other: UInt32 = 0x100
        for byte in UInt8.min...UInt8.max {
            let printable = (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || byte >= 0xAE
            let scalar = printable ? Unicode.Scalar(byte) : Unicode.Scalar(other)
            if !printable { other += 1 }
            guard let scalar else { continue }
            (tokens[String(scalar)], tokens[String(scalar) + "</w>"]) = (Int(byte), 256 + Int(byte))
        }
        try JSONEncoder().encode(tokens).write(to: folder.appendingPathComponent("vocab.json"))
        try Data("#version: 0.2\n".utf8).write(to: folder.appendingPathComponent("merges.txt"))
        let whole = Array(Self.decoder.replacing("49406", with: "512").replacing("49407", with: "513").utf8)
        for _ in 0..<2000 {
            var damaged = whole
            for _ in 0...next(4) { damaged[next(damaged.count)] = Array("\"{}[]:,09-e<\u{0}".utf8)[next(13)] }
            if next(4) == 0 { damaged.removeLast(next(damaged.count)) }
            try Data(damaged).write(to: folder.appendingPathComponent("tokenizer_config.json"))
            do {
                _ = try CLIPTokenizer.load(folder: folder).encode("a <scuff> of <scuff")
            } catch {
                #expect(!error.description.isEmpty)
            }
        }
    }
}

@Suite("Which words of a prompt are guided")
struct WordPlaceTests {
    private let tokenizer: CLIPTokenizer
    init() throws {
        let vocabulary = try BytePairVocabulary.builtIn()
        tokenizer = CLIPTokenizer(vocabulary: vocabulary, cleaning: .huggingFace, padding: vocabulary.endOfText)
    }

    private func bytes(of word: Range<String.Index>, in text: String) -> Range<Int> {
        let lower = text.utf8.distance(from: text.startIndex, to: word.lowerBound)
        return lower..<lower + text[word].utf8.count
    }

    @Test(
        "whole words alone are found",
        arguments: [
            ("keyhole plate", "hole"), ("manhole cover", "hole"), ("undamaged part", "damaged"),
            ("stainedglass", "stained"),
        ])
    func wholeWords(_ object: String, _ word: String) throws {
        let alone = "a photo of a \(object) that is dented"
        #expect(throws: CLIPError.wordsAbsent(phrase: word, prompt: alone)) {
            try tokenizer.positions(of: [word], in: alone)
        }
        let prompt = "a photo of a \(object) with a \(word)"
        let last = tokenizer.encode(prompt).count
        #expect(try tokenizer.positions(of: [word], in: prompt).last == last)
    }

    @Test("a place by construction is that place, however the words are spelt elsewhere")
    func places() throws {
        let prompt = "a photo of stained glass that is stained, Größe 7"
        let second = try #require(prompt.range(of: "stained", options: .backwards))
        #expect(try tokenizer.positions(at: [bytes(of: second, in: prompt)], in: prompt) == [8])
        #expect(try tokenizer.positions(of: ["stained"], in: prompt) == [4], "the first place, where nobody says which")
        // A piece that ends within a word includes the whole word.
        let glued = "a photo of an un[x]damaged nut"
        let part = try #require(glued.range(of: "damaged"))
        let whole = try tokenizer.positions(at: [bytes(of: part, in: glued)], in: glued)
        #expect(!whole.isEmpty)
        let inside = "a keyhole"
        let hole = try #require(inside.range(of: "hole"))
        #expect(
            try tokenizer.positions(at: [bytes(of: hole, in: inside)], in: inside)
                == tokenizer.positions(of: ["keyhole"], in: inside))
    }

    @Test("places that are none are errors")
    func badPlaces() throws {
        let prompt = "a große nut"
        for place in [0..<99, -1..<3, 1..<2, 6..<7] {
            #expect(throws: CLIPError.self, "\(place)") { try tokenizer.positions(at: [place], in: prompt) }
        }
        let long = String(repeating: "very ", count: 80) + "damaged"
        #expect(throws: CLIPError.self) { try tokenizer.positions(at: [400..<407], in: long) }
    }
}
