import Generators
import Imaging
import ParameterKit
import Testing

@Suite("Damage without networks")
struct SynthesisTests {
    static func cutPaste(_ shape: CutPasteSettings.Shape) -> CutPaste {
        var settings = CutPasteSettings()
        settings.shape = shape
        return CutPaste(settings)
    }

    static func perlin(_ change: (inout PerlinSettings) -> Void) -> PerlinTexture {
        var settings = PerlinSettings()
        change(&settings)
        return PerlinTexture(settings)
    }

    /// The settings with a preset's defaults.
    static func perlin(preset: PerlinSettings.Preset) throws -> PerlinTexture {
        let json: JSONValue = ["preset": .string(preset.rawValue)]
        return PerlinTexture(try #require(PerlinSettings.read(json, Reading(directory: "/"))))
    }

    static let lines = perlin { $0.shape = .line }
    static let blots = perlin { $0.shape = .freeform }
    static let dots = NSATests.nsa { $0.shape = .dot }

    typealias Method = @Sendable (Image, Mask?, UInt64) throws -> SyntheticAnomaly
    static let methods: [(name: String, apply: Method)] = [
        ("rectangle", { try CutPaste().draw(on: $0, foreground: $1, seed: $2) }),
        ("scar", { try Self.cutPaste(.scar).draw(on: $0, foreground: $1, seed: $2) }),
        ("either", { try Self.cutPaste(.either).draw(on: $0, foreground: $1, seed: $2) }),
        ("perlin", { try PerlinTexture().draw(on: $0, foreground: $1, seed: $2) }),
        (
            "perlin with a photograph",
            { try PerlinTexture().draw(on: $0, foreground: $1, seed: $2, photograph: waves) }
        ),
        ("perlin lines", { try lines.draw(on: $0, foreground: $1, seed: $2) }),
        ("perlin blots", { try blots.draw(on: $0, foreground: $1, seed: $2) }),
        ("glass", { try perlin(preset: .glass).draw(on: $0, foreground: $1, seed: $2) }),
        (
            "draem with a photograph",
            { try perlin(preset: .draem).draw(on: $0, foreground: $1, seed: $2, photograph: waves) }
        ),
        ("cut ellipses", { try Self.cutPaste(.ellipse).draw(on: $0, foreground: $1, seed: $2) }),
        ("nsa dots", { try dots.draw(on: $0, foreground: $1, seed: $2, donor: nil) }),
        ("nsa", { try NSA().draw(on: $0, foreground: $1, seed: $2, donor: nil) }),
    ]

    /// Another size and aspect than any picture here.
    static let waves = Photograph(
        name: "waves.png",
        image: Image(
            width: 50, height: 31, channels: 3, pixels: (0..<50 * 31 * 3).map { UInt8(truncatingIfNeeded: $0 * 7) }))

    /// A disc of coloured waves on a plain ground, and its mask.
    static func scene(_ channels: Int, width: Int = 96, height: Int = 72) -> (Image, Mask) {
        var mask = Mask(width: width, height: height)
        var pixels: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width {
                let inside =
                    (x - width / 2) * (x - width / 2) + (y - height / 2) * (y - height / 2) < height * height / 9
                mask[x, y] = inside
                for c in 0..<channels { pixels.append(inside ? UInt8((x * (5 + c) + y * 9) % 200) : 230) }
            }
        }
        return (Image(width: width, height: height, channels: channels, pixels: pixels), mask)
    }

    @Test("only the foreground changes, exactly where the mask says", arguments: methods.map(\.name))
    func inside(_ name: String) throws {
        let method = try #require(Self.methods.first { $0.name == name }).apply
        for channels in [1, 3, 4] {
            let (image, foreground) = Self.scene(channels)
            for seed in 0..<20 as Range<UInt64> {
                let made = try method(image, foreground, seed)
                #expect(!made.mask.isEmpty && made.mask.intersection(foreground) == made.mask)
                #expect(made.image.channels == channels && made.image != image)
                for i in made.mask.values.indices {
                    let changed =
                        made.image.pixels[i * channels..<(i + 1) * channels]
                        != image.pixels[i * channels..<(i + 1) * channels]
                    if changed { #expect(made.mask.values[i] == 1) }
                    #expect((made.softLabel.values[i] > 0) == (made.mask.values[i] == 1))
                }
                #expect(made.softLabel.maximum <= 1 && made.softLabel.minimum >= 0)
            }
        }
    }

    @Test("a seed makes the same picture, another seed another", arguments: methods.map(\.name))
    func seeds(_ name: String) throws {
        let method = try #require(Self.methods.first { $0.name == name }).apply
        let (image, foreground) = Self.scene(3)
        #expect(try method(image, foreground, 5) == method(image, foreground, 5))
        let pictures = try Set((0..<10 as Range<UInt64>).map { try method(image, foreground, $0).image.pixels })
        #expect(pictures.count == 10)
    }

    @Test("rectangles keep to the published areas and aspects")
    func rectangles() throws {
        let (image, _) = Self.scene(1, width: 256, height: 256)
        var (wide, tall) = (0, 0)
        for seed in 0..<300 as Range<UInt64> {
            let made = try CutPaste().draw(on: image, foreground: nil, seed: seed)
            func place(_ key: String) throws -> [Int] { try #require(made.account[key]?.array).compactMap(\.int) }
            let to = try place("to"), from = try place("from")
            let area = Double(to[2] * to[3]) / 65536, aspect = Double(to[3]) / Double(to[2])
            // Sides are whole pixels: half a pixel on a side of at least 20 moves area and aspect by less than 5 %.
            #expect(area > 0.02 * 0.95 && area < 0.15 * 1.05 && aspect > 0.3 * 0.95 && aspect < 3.3 * 1.05)
            #expect(made.mask.count == to[2] * to[3])
            #expect(
                to[0] >= 0 && to[1] >= 0 && to[0] + to[2] <= 256 && to[1] + to[3] <= 256 && from[0] + from[2] <= 256)
            if aspect > 1 { tall += 1 } else { wide += 1 }
        }
        // A fair coin over 300 throws: 6 standard deviations of 8.7 around 150.
        #expect(tall > 98 && wide > 98)
    }

    @Test("scars are thin and turned")
    func scars() throws {
        let (image, _) = Self.scene(3, width: 256, height: 256)
        var angles: [Double] = []
        for seed in 0..<50 as Range<UInt64> {
            let made = try Self.cutPaste(.scar).draw(on: image, foreground: nil, seed: seed)
            angles.append(try #require(made.account["angle"]?.number))
            #expect(made.mask.count <= 16 * 25 + 60 && made.account["method"] == "cutpaste-scar")
        }
        #expect(angles.allSatisfy { abs($0) <= 45 } && angles.contains { $0 < -10 } && angles.contains { $0 > 10 })
    }

    @Test("what can't be damaged says why")
    func errors() {
        let (image, _) = Self.scene(3)
        let flat = Image(width: 40, height: 40, colour: [0, 0, 0])
        for method in Self.methods {
            #expect(throws: SyntheticAnomalyError.emptyForeground) {
                try method.apply(image, Mask(width: 96, height: 72), 1)
            }
            #expect(throws: SyntheticAnomalyError.sizes(image: [96, 72], foreground: [5, 6])) {
                try method.apply(image, Mask(width: 5, height: 6, repeating: true), 1)
            }
        }
        // A black picture stays black under every jitter; Perlin's textures do change it.
        #expect(throws: SyntheticAnomalyError.nothingChanged(draws: 64)) {
            try CutPaste().draw(on: flat, foreground: nil, seed: 1)
        }
        #expect(throws: Never.self) { try PerlinTexture().draw(on: flat, foreground: nil, seed: 1) }
    }

    @Test("tiny and long pictures work", arguments: [(1, 1), (2, 300), (300, 3), (9, 9)])
    func sizes(_ width: Int, _ height: Int) throws {
        let pixels = (0..<width * height).map { UInt8(truncatingIfNeeded: $0 * 97 + 31) }
        let image = Image(width: width, height: height, channels: 1, pixels: pixels)
        for method in Self.methods {
            do {
                #expect(try !method.apply(image, nil, 3).mask.isEmpty)
            } catch SyntheticAnomalyError.nothingChanged {
                #expect(width * height == 1)  // a single pixel may have nothing else to become
            } catch SyntheticAnomalyError.tooSmall {
                #expect(method.name.hasPrefix("nsa") && min(width, height) < 12)
            }
        }
    }

    @Test("random streams are SplitMix64")
    func stream() {
        // The reference output for seed 1234567 that circulates with the algorithm's public-domain C version.
        var stream = RandomStream(seed: 1_234_567)
        #expect(
            (0..<3).map { _ in stream.next() } == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            ])
        var mean = 0.0, square = 0.0
        for _ in 0..<20_000 {
            let value = stream.normal()
            mean += value / 20_000
            square += value * value / 20_000
        }
        // Standard errors 0.007 and 0.01.
        #expect(abs(mean) < 0.04 && abs(square - 1) < 0.06)
        #expect((0..<1000).allSatisfy { _ in (0..<7).contains(stream.index(7)) })
    }
}
