import Generators
import Imaging
import MethodKit
import ParameterKit
import Testing

/// One dial for all methods: 0.5 is the method's own strength, and the mean change inside the label grows with it.
@Suite struct StrengthTests {
    static let local: [any LocalGenerator] = [
        CutPaste(), SynthesisTests.cutPaste(.scar), PerlinTexture(), NSA(), SynthesisTests.lines,
        SynthesisTests.cutPaste(.freeform), SynthesisTests.dots,
    ]
    static let strengths = [0.2, 0.35, 0.5, 0.65, 0.8, 1.0]

    /// Mean change of a channel inside the label, in grey levels.
    private func change(_ made: SyntheticAnomaly, of image: Image) -> Double {
        var sum = 0
        for place in made.mask.values.indices where made.mask.values[place] != 0 {
            for at in place * image.channels..<(place + 1) * image.channels {
                sum += abs(Int(made.image.pixels[at]) - Int(image.pixels[at]))
            }
        }
        return Double(sum) / Double(made.mask.count * image.channels)
    }

    @Test(arguments: local.indices)
    func changeGrowsWithTheStrength(method: Int) throws {
        let generator = Self.local[method]
        let (image, foreground) = SynthesisTests.scene(3)
        var compared = 0
        for seed in 0..<12 as Range<UInt64> {
            let made = try Self.strengths.map {
                try generator.dialled(to: $0).draw(on: image, foreground: foreground, seed: seed, photograph: nil)
            }
            #expect(
                made[2].image
                    == (try generator.draw(on: image, foreground: foreground, seed: seed, photograph: nil)).image)
            for (weak, strong) in zip(made, made.dropFirst()) where weak.mask == strong.mask {
                #expect(change(weak, of: image) <= change(strong, of: image))
                #expect(zip(weak.softLabel.values, strong.softLabel.values).allSatisfy { $0 <= $1 })
                compared += 1
            }
            // Weak damage that can't be seen is drawn elsewhere; strong damage never is.
            #expect(made[2...].allSatisfy { $0.mask == made[2].mask })
            #expect(change(made[2], of: image) < change(made[5], of: image))
        }
        #expect(compared >= 3 * 12)
    }

    @Test func nearZeroNothingCanBeSeenAndThatIsSaid() {
        let (image, foreground) = SynthesisTests.scene(3)
        for generator in Self.local {
            #expect(throws: SyntheticAnomalyError.self) {
                try generator.dialled(to: 0.001).draw(on: image, foreground: foreground, seed: 1, photograph: nil)
            }
        }
    }

    @Test func ofCUTTheShareOfTheScheduleIsDialled() throws {
        let cut = CUT()
        #expect(cut.dialled(to: 0.5).settings == cut.settings)
        #expect(Self.strengths.map { cut.dialled(to: $0).settings.denoisingSteps } == [20, 35, 50, 65, 80, 100])
        // At least one step; never more than the schedule has.
        #expect(cut.dialled(to: 1e-9).settings.denoisingSteps == 1)
        var late = CUTSettings()
        late.gamma = DecimalNumber(coefficient: 8, exponent: -1)
        #expect(CUT(late).dialled(to: 1).settings.denoisingSteps == late.steps)
        var noise = CUTSettings()
        noise.imageGuidance = false
        #expect(CUT(noise).dialled(to: 0.25).settings.guidance.strength == 5)
        let passes = Self.strengths.compactMap { cut.dialled(to: $0).work?.each["guided"]?.upperBound }
        #expect(passes == [20, 35, 50, 65, 80, 100])
    }
}
