import Foundation
import ManifestKit
import ManifestSections
import Testing

/// Texts that nobody writes by hand.
@Suite struct HostileTests {
    /// Nothing crashes or hangs, whatever a manifest is changed into; what is still accepted resolves to itself.
    @Test(arguments: 0..<8) func survivesMutations(_ seed: UInt64) throws {
        let seeds = try SnapshotTests.names.map {
            [UInt8](try Data(contentsOf: snapshots.appendingPathComponent($0 + ".yaml")))
        }
        let whole = [UInt8](try Data(contentsOf: snapshots.appendingPathComponent("whole.yaml")))
        var random = SplitMix(state: seed)
        var accepted = 0
        for round in 0..<600 {
            var text = round % 3 == 0 ? seeds.randomElement(using: &random) ?? whole : whole
            for _ in 0...(round % 4 == 0 ? Int.random(in: 0..<3, using: &random) : 0) {
                Self.mutate(&text, with: whole, &random)
            }
            guard let manifest = try? parse(bytes: text) else { continue }
            accepted += 1
            #expect(try parse(manifest.resolvedText) == manifest)
        }
        #expect(accepted > 20)
    }

    /// The same for values of the command line.
    @Test func survivesMutatedOverrides() throws {
        let paths = [
            "generation.cut.guidance.places", "dataset.categories", "sampling.shots", "foreground.overrides.a",
            "generation.anomalies",
            "cache.limit", "training",
        ]
        let values = [
            "[0, 1, 2]", "all", "1e3", "{a: {b: [c]}}", "[{words: a, share: 2}, b]", "none", "20GB", "\"x\"",
            "- a\n- b", "~", "*a",
            "!!x y", "0.25", "{model: m}",
        ]
        var random = SplitMix(state: 1)
        for _ in 0..<2000 {
            var value = Array((values.randomElement(using: &random) ?? "").utf8)
            if Bool.random(using: &random) { Self.mutate(&value, with: value, &random) }
            let option = (paths.randomElement(using: &random) ?? "") + "=" + String(decoding: value, as: UTF8.self)
            if let manifest = try? parse(short, option) { #expect(try parse(manifest.resolvedText) == manifest) }
        }
    }

    private static func mutate(_ text: inout [UInt8], with other: [UInt8], _ random: inout SplitMix) {
        guard !text.isEmpty else { return }
        let place = Int.random(in: 0..<text.count, using: &random)
        switch Int.random(in: 0..<8, using: &random) {
        case 0: text[place] = .random(in: 0...255, using: &random)
        case 1: text[place] = Array("[]{}:,#&*!|>'\"%@`?- \n\t0".utf8).randomElement(using: &random) ?? 0
        case 2: text.removeSubrange(place..<min(text.count, place + .random(in: 1...20, using: &random)))
        case 3:
            let start = Int.random(in: 0..<other.count, using: &random)
            text.insert(
                contentsOf: other[start..<min(other.count, start + .random(in: 1...60, using: &random))], at: place)
        case 6, 7:
            let digits = text.indices.filter { (0x30...0x39).contains(text[$0]) }
            if let digit = digits.randomElement(using: &random) {
                text[digit] = .random(in: 0x30...0x39, using: &random)
            }
        case 4: text.swapAt(place, .random(in: 0..<text.count, using: &random))
        default: text = Array(text[..<place])
        }
    }

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

/// A small generator (splitmix64, Steele et al. 2014), so that a failing case can be repeated.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
