import Generators
import Imaging
import ParameterKit
import Testing

@Suite("Photographs as material") struct PhotographTests {
    /// (1 - M) I + M ((1 - b) A + b I), with 1 - b in the soft label.
    private func expectMixed(_ made: SyntheticAnomaly, _ image: Image, _ material: (Int, Int) -> UInt8) {
        for i in made.mask.values.indices where made.mask.values[i] == 1 {
            let share = Double(made.softLabel.values[i])
            for channel in 0..<min(image.channels, 3) {
                let at = i * image.channels + channel
                let expected = share * Double(material(i, channel)) + (1 - share) * Double(image.pixels[at])
                // Rounded to whole grey levels; the label is a Float.
                #expect(abs(Double(made.image.pixels[at]) - expected) <= 0.51)
            }
            if image.channels == 4 { #expect(made.image.pixels[4 * i + 3] == image.pixels[4 * i + 3]) }
        }
    }

    @Test("a photograph of one colour fills the patches, whatever its size and channels", arguments: [1, 3, 4])
    func plain(_ channels: Int) throws {
        let (image, foreground) = SynthesisTests.scene(channels)
        for (width, height, colour) in [
            (7, 300, [250, 10, 20] as [UInt8]), (500, 40, [90]), (96, 72, [1, 200, 3, 128]),
        ] {
            let photograph = Photograph(name: "plain", image: Image(width: width, height: height, colour: colour))
            let made = try PerlinTexture().draw(on: image, foreground: foreground, seed: 3, photograph: photograph)
            let fill = channels == 1 ? photograph.image.grey() : photograph.image.rgb()
            expectMixed(made, image) { fill.pixels[$1] }
            #expect(made.account["texture"] == "plain")
        }
    }

    @Test("a photograph of the picture's size lies pixel on pixel")
    func aligned() throws {
        let (image, foreground) = SynthesisTests.scene(3)
        let surface = Image(
            width: image.width, height: image.height, channels: 3,
            pixels: image.pixels.indices.map { UInt8(truncatingIfNeeded: $0 &* 37) })
        let photograph = Photograph(name: "same size", image: surface)
        for seed in 0..<5 as Range<UInt64> {
            let made = try PerlinTexture().draw(on: image, foreground: foreground, seed: seed, photograph: photograph)
            expectMixed(made, image) { surface.pixels[3 * $0 + $1] }
        }
    }

    @Test("a larger photograph brings other pieces at other seeds")
    func pieces() throws {
        let (image, _) = SynthesisTests.scene(1)
        // Its grey level is its column: the piece's place can be read off.
        let ramp = Image(width: 255, height: 72, channels: 1, pixels: (0..<255 * 72).map { UInt8($0 % 255) })
        var starts: Set<Int> = []
        for seed in 0..<12 as Range<UInt64> {
            let made = try PerlinTexture().draw(
                on: image, foreground: nil, seed: seed, photograph: Photograph(name: "ramp", image: ramp))
            let at = try #require(made.mask.values.firstIndex(of: 1))
            let share = Double(made.softLabel.values[at])
            let level = (Double(made.image.pixels[at]) - (1 - share) * Double(image.pixels[at])) / share
            starts.insert(Int(level.rounded()) - at % image.width)
        }
        #expect(starts.count > 6, "\(starts.sorted())")
        #expect(starts.allSatisfy { $0 >= -3 && $0 <= 255 - 96 + 3 })
    }
}
