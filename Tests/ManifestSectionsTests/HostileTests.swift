import Foundation
import ManifestKit
import ManifestSections
import Testing

/// Texts that nobody writes by hand. `HostileInputTests` has those that chance writes.
@Suite struct HostileTests {
    @Test func refusesDeepNesting() {
        let depth = 100_000
        #expect(complaints("a: " + String(repeating: "[", count: depth)) == "m.yaml:1:19: nested deeper than 16 levels")
        #expect(complaints(String(repeating: "{a: ", count: depth)).hasSuffix("nested deeper than 16 levels"))
        #expect(complaints(String(repeating: "- ", count: depth)).hasSuffix("nested deeper than 16 levels"))
        #expect(complaints(String(repeating: "? ", count: depth)).hasSuffix("nested deeper than 16 levels"))
        #expect(
            complaints(short, "training=" + String(repeating: "[", count: depth)).contains(
                "--set training: nested deeper than 16 levels"))
        #expect(complaints(short, String(repeating: "a.", count: depth) + "a=1").contains("expected a key path"))
    }

    @Test func refusesTooMuch() {
        #expect(
            complaints(short + "# " + String(repeating: "x", count: 1 << 20))
                == "m.yaml:1:1: larger than 1048576 bytes, which no manifest is")
        let many = short + "export: { layouts: [" + String(repeating: "x,", count: 20_000) + "] }"
        #expect(complaints(many).contains("more than 10000 values, which no manifest has"))
        let keys = short + (0..<4000).map { "key\($0): 1\n" }.joined()
        let lines = complaints(keys).split(separator: "\n")
        #expect(lines.count == 51)
        #expect(lines.last == "m.yaml: and 3950 more")
    }

    @Test func quotesWhatItFoundOnOneShortLine() {
        let said = complaints(short + "\"\\e[31m" + String(repeating: "x", count: 300) + "\": 1")
        #expect(said == "m.yaml:5:1: unknown key `\\u{1b}[31m" + String(repeating: "x", count: 55) + "…` in a manifest")
    }

    @Test(arguments: ["", "\u{FEFF}", "\n", "---\n", "---\n...\n", "%YAML 1.2\n---\n", "# x"]) func refusesNothing(
        _ text: String
    ) {
        #expect(complaints(text).hasPrefix("m.yaml:1:1: ") || complaints(text).contains("found nothing"))
    }

    @Test func refusesEveryPrefixButTheWholeQuickly() throws {
        let whole = [UInt8](try Data(contentsOf: snapshots.appendingPathComponent("whole.yaml")))
        for count in stride(from: 0, to: 250, by: 1) {
            #expect(throws: ManifestError.self) { try parse(bytes: Array(whole.prefix(count))) }
        }
    }
}
