import Foundation
import GenerationStage
import ParameterKit
import StageKit
import Testing

@Suite("Files of rejected pictures and recipes")
struct RejectedPicturesTests {
    private let file = FileManager.default.temporaryDirectory.appendingPathComponent("r-\(UUID().uuidString).json")

    private func read(_ text: String) throws -> RejectedPictures {
        try DurableFile.write(text, to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try RejectedPictures(contentsOf: file, written: "r.json")
    }

    @Test("ids are sorted, and twice is once")
    func whole() throws {
        let (a, b) = (String(repeating: "a", count: 24), String(repeating: "0b", count: 12))
        let found = try read(#"{"flawsmith_review": 1, "rejected": {"nut": ["\#(a)", "\#(b)", "\#(a)"], "bolt": []}}"#)
        #expect(found.units == ["nut": [b, a], "bolt": []])
    }

    @Test(
        "anything else is refused with its name",
        arguments: [
            "", "[]", "{}", #"{"rejected": {}}"#, #"{"flawsmith_review": 2, "rejected": {}}"#,
            #"{"flawsmith_review": 1}"#, #"{"flawsmith_review": 1, "rejected": {"nut": "all"}}"#,
            #"{"flawsmith_review": 1, "rejected": {"nut": ["../../../etc/passwd-and-so"]}}"#,
            #"{"flawsmith_review": 1, "rejected": {"nut": [7]}}"#,
        ])
    func refused(_ text: String) throws {
        let failure = #expect(throws: Failure.self) { try read(text) }
        #expect(failure?.status == .badData && failure?.place == "r.json" && failure?.remedy != nil)
    }

    @Test("a file that isn't there is 66")
    func absent() {
        let failure = #expect(throws: Failure.self) { try RejectedPictures(contentsOf: file, written: "r.json") }
        #expect(failure?.status == .inputMissing)
    }

    @Test("a recipe's lines: prompt first, then what determined the picture")
    func recipe() throws {
        let record: JSONValue = [
            "prompt": "a photo", "words": ["bent", "over"], "seed": 7, "mask": .null,
            "method": ["method": "cut", "version": 3, "parameters": ["steps": 20]],
            "source": ["id": "nut/train/good/000", "sha256": "ab"], "models": ["diffusion": "cd"], "trace": [1, 2],
            "window": [3, 4, 50, 60], "label": ["composite": 2],
        ]
        let lines = PictureRecipe(record).lines.map { "\($0.name): \($0.text)" }
        #expect(
            lines == [
                "prompt: a photo", "words: bent, over", "seed: 7", "method: cut", "version: 3",
                "source: nut/train/good/000", "source SHA-256: ab", "window (x, y, width, height): 3, 4, 50, 60",
                "outside the label: the photo's own pixels", "model diffusion: cd", "  steps: 20",
            ])
    }
}
