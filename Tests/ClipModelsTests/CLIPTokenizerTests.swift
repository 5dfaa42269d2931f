import ClipModels
import Foundation
import Testing

@Suite("Tokenizer")
struct CLIPTokenizerTests {
    struct Row: Decodable {
        var text: String
        var open_clip: [Int]
        var hugging_face: [Int]
    }

    static let goldens = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Goldens")

    private func tokenizer(_ cleaning: CLIPTokenizer.Cleaning, padding: Int) throws -> CLIPTokenizer {
        CLIPTokenizer(vocabulary: try .builtIn(), cleaning: cleaning, padding: padding)
    }

    /// *Source*: Tests/Goldens/clip_tokenizer.py.
    @Test("matches open_clip and transformers number by number")
    func parity() throws {
        let rows = try JSONDecoder().decode(
            [Row].self, from: Data(contentsOf: Self.goldens.appendingPathComponent("clip_tokenizer.json")))
        #expect(rows.count >= 200)
        let openCLIP = try tokenizer(.openCLIP, padding: 0)
        let huggingFace = try tokenizer(.huggingFace, padding: 49407)
        for row in rows {
            let padding = 77 - row.open_clip.count
            #expect(openCLIP.tokenize(row.text) == row.open_clip + Array(repeating: 0, count: padding), "\(row.text)")
            #expect(
                huggingFace.tokenize(row.text) == row.hugging_face
                    + Array(repeating: 49407, count: 77 - row.hugging_face.count),
                "\(row.text)")
        }
    }

    @Test("has CLIP's token numbers")
    func size() throws {
        let vocabulary = try BytePairVocabulary.builtIn()
        #expect(vocabulary.size == 49408)
        #expect(vocabulary.startOfText == 49406)
        #expect(vocabulary.endOfText == 49407)
    }

    @Test("finds phrases in the prompt, counted from the start token")
    func positions() throws {
        let tokenizer = try tokenizer(.huggingFace, padding: 49407)
        #expect(try tokenizer.positions(of: ["damaged"], in: "A photo of a screw that is damaged") == [8])
        // "metal nut" is two tokens, so the word moves by one
        #expect(try tokenizer.positions(of: ["damaged"], in: "A photo of a metal nut that is damaged") == [9])
        #expect(
            try tokenizer.positions(of: ["metal nut", "damaged"], in: "A photo of a metal nut that is damaged") == [
                5, 6, 9,
            ])
        // the first of several places; white space and case do not matter
        #expect(try tokenizer.positions(of: ["  A  Photo"], in: "a photo of a photo") == [1, 2])
        // overlapping phrases are a union
        #expect(try tokenizer.positions(of: ["a photo", "photo of"], in: "a photo of a nut") == [1, 2, 3])
    }

    @Test("refuses phrases that are absent or cut off")
    func wordErrors() throws {
        let tokenizer = try tokenizer(.huggingFace, padding: 49407)
        let prompt = "A photo of a screw that is damaged"
        #expect(throws: CLIPError.wordsAbsent(phrase: "scratched", prompt: prompt)) {
            try tokenizer.positions(of: ["scratched"], in: prompt)
        }
        // the tokens are there, but not side by side
        #expect(throws: CLIPError.wordsAbsent(phrase: "photo screw", prompt: prompt)) {
            try tokenizer.positions(of: ["photo screw"], in: prompt)
        }
        #expect(throws: CLIPError.wordsAbsent(phrase: " ", prompt: prompt)) {
            try tokenizer.positions(of: [" "], in: prompt)
        }
        let long = String(repeating: "very ", count: 74)
        #expect(try tokenizer.positions(of: ["damaged"], in: long + "damaged") == [75])
        #expect(throws: CLIPError.wordsCutOff(phrase: "damaged", prompt: long + "very damaged", limit: 75)) {
            try tokenizer.positions(of: ["damaged"], in: long + "very damaged")
        }
    }
}
