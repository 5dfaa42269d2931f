import Generators
import Imaging
import MethodKit
import ParameterKit
import Testing

/// What of a model's picture is taken, where, and what is labelled. No network: the model's picture is drawn here.
@Suite struct SDASTests {
    private static func sdas(_ change: (inout SDASSettings) -> Void = { _ in }) -> SDAS {
        var settings = SDASSettings()
        settings.shape = .perlin
        change(&settings)
        return SDAS(settings)
    }

    /// The picture as an autoencoder might give it back, a little off everywhere.
    private static func decoded(_ image: Image) -> Image {
        var result = image.channels == 1 ? image : image.rgb()
        for at in result.pixels.indices { result.pixels[at] = UInt8(max(0, Int(result.pixels[at]) - at % 12)) }
        return result
    }

    /// The same with its right half darker by `by` levels, as a model might draw it.
    private static func drawn(_ image: Image, by levels: Int) -> Image {
        var result = decoded(image)
        for y in 0..<result.height {
            for x in result.width / 2..<result.width {
                for channel in 0..<result.channels {
                    result[x, y, channel] = UInt8(max(0, Int(result[x, y, channel]) - levels))
                }
            }
        }
        return result
    }

    private static func compose(_ sdas: SDAS = sdas(), channels: Int = 3, by levels: Int = 60, seed: UInt32 = 3) throws
        -> (Image, Mask, SyntheticAnomaly)
    {
        let (image, foreground) = SynthesisTests.scene(channels)
        return (
            image, foreground,
            try sdas.compose(
                image, drawn: drawn(image, by: levels), reconstruction: decoded(image), foreground: foreground,
                seed: seed)
        )
    }

    @Test(arguments: [1, 3, 4])
    func allButTheLabelIsTheNormalByteForByte(channels: Int) throws {
        for seed in 0..<20 as Range<UInt32> {
            let (image, foreground, made) = try Self.compose(channels: channels, seed: seed)
            #expect(!made.mask.isEmpty && made.mask.intersection(foreground) == made.mask)
            var outside = 0, blank = 0, changed = 0
            for place in made.mask.values.indices {
                let here = channels * place..<channels * place + channels
                let isSame = made.image.pixels[here] == image.pixels[here]
                if made.mask.values[place] == 0, !isSame || made.softLabel.values[place] != 0 { outside += 1 }
                if made.mask.values[place] == 1 {
                    if made.softLabel.values[place] <= 0 { blank += 1 }
                    if !isSame { changed += 1 }
                    // The change is where the model made it, and not where it drew what it saw.
                    if place % image.width < image.width / 2 - 3 { outside += 1 }
                }
                if channels == 4, made.image.pixels[here.upperBound - 1] != image.pixels[here.upperBound - 1] {
                    outside += 1
                }
            }
            #expect(outside == 0 && blank == 0)
            // Black pixels can't get darker, and smoothing reaches a pixel beyond the change.
            #expect(2 * changed > made.mask.count)
        }
    }

    /// The autoencoder's error, up to 11 levels here, is no damage.
    @Test func whatTheAutoencoderDoesIsNeitherTakenNorLabelled() throws {
        let (image, foreground) = SynthesisTests.scene(3), same = Self.decoded(image)
        #expect(throws: SyntheticAnomalyError.nothingVisible(draws: 64)) {
            try Self.sdas().compose(image, drawn: same, reconstruction: same, foreground: foreground, seed: 1)
        }
        #expect(throws: SyntheticAnomalyError.nothingVisible(draws: 64)) {
            try Self.compose(Self.sdas { $0.opacity = [0.5, 0.5] }, by: 7)
        }
    }

    @Test func opacityScalesTheChange() throws {
        let (image, _) = SynthesisTests.scene(3)
        var compared = 0
        for seed in 0..<20 as Range<UInt32> {
            let made = try [0.25, 0.5, 1].map { opacity in
                try Self.compose(Self.sdas { $0.opacity = [opacity, opacity] }, by: 80, seed: seed).2
            }
            // Bright enough for the whole change, far enough from the border of the changed half.
            for place in made[0].mask.values.indices
            where made[0].mask.values[place] == 1 && made[2].mask.values[place] == 1 && place % image.width > 60
                && image.pixels[3 * place] > 100
            {
                let fell = made.map { Double(image.pixels[3 * place]) - Double($0.image.pixels[3 * place]) }
                #expect(abs(fell[0] - 20) <= 1 && abs(fell[1] - 40) <= 1 && abs(fell[2] - 80) <= 1)
                #expect(made.map { $0.softLabel.values[place] } == [0.25, 0.5, 1])
                compared += 1
            }
        }
        #expect(compared > 20)
    }

    @Test(arguments: [DamageShape.perlin, .line, .dot, .freeform, .ellipse])
    func shapesBoundTheLabel(shape: DamageShape) throws {
        let made = try Self.compose(Self.sdas { $0.shape = shape }).2
        #expect(made.account["shape"]?.string == shape.rawValue && made.account["method"] == "sdas")
        #expect(try Self.compose(Self.sdas { $0.shape = shape }).2 == made, "a seed makes one picture")
        #expect(try Self.compose(Self.sdas { $0.shape = shape }, seed: 4).2.mask != made.mask)
    }

    @Test func masksThatCantBeUsedAreSaid() throws {
        let (image, _) = SynthesisTests.scene(3)
        #expect(throws: SyntheticAnomalyError.emptyForeground) {
            try Self.sdas().compose(
                image, drawn: Self.drawn(image, by: 60), reconstruction: Self.decoded(image),
                foreground: Mask(width: image.width, height: image.height), seed: 1)
        }
        #expect(throws: SyntheticAnomalyError.sizes(image: [96, 72], foreground: [2, 2])) {
            try Self.sdas().compose(
                image, drawn: Self.drawn(image, by: 60), reconstruction: Self.decoded(image),
                foreground: Mask(width: 2, height: 2, repeating: true), seed: 1)
        }
    }

    @Test func theDialTurnsTheShareOfTheScheduleAndTheNoise() {
        let sdas = SDAS()
        #expect(sdas.dialled(to: 0.5).settings == sdas.settings)
        let dialled = [0.25, 0.75, 1].map { sdas.dialled(to: $0) }
        #expect(dialled.map { $0.settings.denoisingSteps } == [10, 30, 40])
        #expect(dialled.map { $0.settings.noise } == [[0.05, 0.1], [0.15, 0.3], [0.2, 0.4]])
        #expect(sdas.dialled(to: 1e-9).settings.denoisingSteps == 1)
        #expect(dialled.compactMap { $0.work?.each["forward"]?.upperBound } == [10, 30, 40])
        #expect(sdas.work?.each["decode"] == 1...1 && sdas.work?.once == ["text": 1, "encode": 1, "decode": 1])
        // A picture's own s stands still among the others' while the dial turns.
        for seed in 0..<50 as Range<UInt32> {
            let own = sdas.inflation(seed: seed)
            #expect((0.1...0.2).contains(own) && abs(sdas.dialled(to: 1).inflation(seed: seed) - 2 * own) < 1e-12)
        }
        #expect(Set((0..<50 as Range<UInt32>).map { sdas.inflation(seed: $0) }).count == 50)
    }

    @Test func rangesAreChecked() {
        for json in [
            ["noise": [0.2, 0.1]], ["opacity": [0.9, 0.1]], ["opacity": [0, 0]], ["gamma": 0], ["gamma": 1.5],
            ["noise": [-1, 0]],
        ] as [JSONValue] {
            #expect(throws: ParameterError.self) { try SDASSettings(json: json) }
        }
    }
}
