import Generators
import ManifestSections
import ParameterKit
import Testing

@Suite struct PresetTests {
    /// S = gamma * T rounded half up, at least 1, in decimal arithmetic.
    @Test(arguments: [
        (200, "0.25", 50), (50, "0.25", 13), (20, "0.25", 5), (10, "0.25", 3), (10, "0.15", 2), (10, "0.05", 1),
        (10, "0.01", 1),
        (1, "0.001", 1),
        (1000, "1", 1000), (30, "0.35", 11), (50, "0.29", 15), (50, "0.57", 29), (1000, "0.0005", 1),
        (1000, "0.0015", 2),
        (1000, "0.999499999999999", 999), (1000, "0.9995", 1000),
    ])
    func countsSteps(_ steps: Int, _ gamma: String, _ count: Int) throws {
        let manifest = try parse(short, "generation.cut.steps=\(steps)", "generation.cut.gamma=\(gamma)")
        #expect(manifest.generation.cut.denoisingSteps == count)
        #expect(
            try parse(short, "generation.cut.steps=\(steps)", "generation.cut.image_guidance=false").generation.cut
                .denoisingSteps
                == steps)
    }

    @Test func presetsChangeWhatIsNotWritten() throws {
        func generation(_ overrides: String...) throws -> CUTSettings {
            try parse(bytes: Array(short.utf8), overrides).generation.cut
        }
        let paper = try generation()
        #expect(
            (paper.steps, paper.guidance.places, paper.guidance.stopAfter, paper.guidance.refinements) == (
                200, [0, 10, 20], 10, 20
            ))
        // Other numbers of steps leave the places alone at the paper's preset ...
        #expect(try generation("generation.cut.steps=100").guidance.places == [0, 10, 20])
        // ... and scale them, rounded half up, at the others: S = 10 and 8, 10 * 8/50 = 1.6.
        let fast = try generation("generation.cut.preset=fast")
        #expect(
            (fast.steps, fast.guidance.places, fast.guidance.stopAfter, fast.guidance.refinements) == (
                40, [0, 2, 4], 2, 20
            ))
        let draft = try generation("generation.cut.preset=draft")
        #expect(
            (draft.steps, draft.guidance.places, draft.guidance.stopAfter, draft.guidance.refinements) == (
                32, [0, 2, 3], 2, 5
            ))
        #expect((paper.sampler, paper.guidanceEvery, paper.dtype) == (.ddim, 1, .float32))
        #expect((fast.sampler, fast.guidanceEvery, fast.dtype) == (.dpmsolver, 1, .float32))
        #expect((draft.sampler, draft.guidanceEvery, draft.dtype) == (.dpmsolver, 2, .bfloat16))
        #expect(
            try generation("generation.cut.preset=fast", "generation.cut.steps=200").guidance.places == [0, 10, 20])
        #expect(try generation("generation.cut.preset=fast", "generation.cut.gamma=1").guidance.places == [0, 8, 16])
        #expect(
            try generation(
                "generation.cut.preset=fast", "generation.cut.image_guidance=false", "generation.cut.steps=150"
            ).guidance
                .places == [
                    0, 30, 60,
                ])
        // So few steps that places would meet.
        #expect(try generation("generation.cut.preset=draft", "generation.cut.steps=4").guidance.places == [0, 1, 2])
        #expect(
            try generation("generation.cut.preset=fast", "generation.cut.guidance.places=[0, 10, 20]").guidance.places
                == [
                    0, 10, 20,
                ])
        #expect(
            try generation(
                "generation.cut.preset=draft", "generation.cut.steps=200", "generation.cut.guidance.refinements=7"
            )
            .guidance
            .refinements == 7)
    }
}

@Suite struct DecimalNumberTests {
    @Test(arguments: [
        ("0.25", "0.25"), (".25", "0.25"), ("0.2500", "0.25"), ("25e-2", "0.25"), ("1", "1"), ("100", "100"),
        ("1e2", "100"),
        ("0", "0"), ("-0.0", "0"),
        ("-1.50", "-1.5"), ("1e-4", "0.0001"), ("1e-12", "1e-12"), ("1E6", "1000000"), ("1e+7", "1e7"),
        ("0.000001", "0.000001"),
        ("007", "7"),
        ("123456789012345", "123456789012345"), ("0.00000000000000000001", "1e-20"),
    ])
    func hasOneText(_ written: String, _ canonical: String) throws {
        let number = try #require(DecimalNumber(written))
        #expect(number.description == canonical)
        #expect(DecimalNumber(canonical) == number)
        #expect(number.value == Double(written))
    }

    @Test(arguments: [
        "", "-", ".", "e5", "1e", "1e5.0", "0x10", "1_000", "12:30", "nan", ".inf", "1 ", " 1", "1,5", "+1", "١",
        "1e41", "1e-41",
        "1234567890123456", "1e99999999999999999999",
    ])
    func refuses(_ text: String) { #expect(DecimalNumber(text) == nil) }

    @Test func roundsHalfUpExactly() {
        #expect(DecimalNumber("0.145")?.roundedProduct(with: 100) == 15)  // 14.499999999999998 in binary
        // The least Int has no positive counterpart.
        for power in ["-9223372036854775808", "9223372036854775807", "-9223372036854775809", "-1001", "41"] {
            #expect(DecimalNumber("1e\(power)") == nil)
        }
        #expect(DecimalNumber("1e30")?.roundedProduct(with: 2) == nil)
        #expect(DecimalNumber("1e-30")?.roundedProduct(with: Int.max) == 0)
        #expect(DecimalNumber("1.5")?.exactProduct(with: 1 << 30) == 3 << 29)
        #expect(DecimalNumber("0.3")?.exactProduct(with: 1 << 10) == nil)
    }
}
