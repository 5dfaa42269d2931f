import Generators
import Imaging
import ParameterKit
import Testing

@Suite("Natural synthetic anomalies") struct NSATests {
    /// The scene's disc with other waves.
    static func donor(_ channels: Int = 3, width: Int = 96, height: Int = 72) -> NormalPart {
        let (image, mask) = SynthesisTests.scene(channels, width: width, height: height)
        var other = image
        for place in mask.values.indices where mask.values[place] != 0 {
            for c in 0..<channels {
                other.pixels[place * channels + c] = UInt8(truncatingIfNeeded: place * (3 + c) % 180)
            }
        }
        return NormalPart(name: "other", image: other, foreground: mask)
    }

    static func nsa(_ change: (inout NSASettings) -> Void) -> NSA {
        var settings = NSASettings()
        change(&settings)
        return NSA(settings)
    }

    /// Noise on a slope.
    static func texture(_ seed: UInt64) -> NormalPart {
        var stream = RandomStream(seed: seed)
        let pixels = (0..<128 * 128).flatMap { place in
            (0..<3).map { c in UInt8(60 + place % 128 / 2 + 20 * c + stream.index(50)) }
        }
        return NormalPart(
            name: "texture \(seed)", image: Image(width: 128, height: 128, channels: 3, pixels: pixels), foreground: nil
        )
    }

    @Test func theTableHoldsEveryCategoryOfMVTecAD() throws {
        #expect(NSAConstants.published.count == 15)
        for (category, row) in NSAConstants.published {
            // 2 to 3 throughout: a pixel that doesn't change has a label near 0.1.
            #expect((2...3).contains(row.slope * row.middle), "\(category)")
            #expect((row.part == nil) == (row.overlap == nil) && (row.part == nil || row.ground != nil))
        }
        let screw = try #require(NSAConstants.published["screw"])
        #expect(screw.high == 0.03...0.12 && screw.part == 0.5 && screw.patches == 4 && screw.middle == 3)
        #expect(
            NSAConstants.published.filter(\.value.isTexture).keys.sorted() == [
                "carpet", "grid", "leather", "tile", "wood",
            ])
    }

    @Test func otherCategoriesHaveNoPublishedRow() {
        let published = Self.nsa { $0.constants = .published }
        #expect(published.refusal(of: "screw") == nil && published.refusal(of: "macaroni1") != nil)
        #expect(NSA().refusal(of: "macaroni1") == nil)
        #expect(throws: SyntheticAnomalyError.noConstants("macaroni1")) {
            try published.prepared(for: "macaroni1", trials: [Self.donor()])
        }
    }

    @Test func constantsAreMeasured() throws {
        let disc = try #require(try NSA().prepared(for: "disc", trials: [Self.donor()]).constants)
        #expect(!disc.isTexture && disc.patches == 3 && disc.part == 0.7 && disc.overlap == 0.25)
        // A disc of a third of the height as radius: its mean chord is π/4 of the diameter.
        #expect(abs(disc.high.upperBound - 0.5 * .pi / 4 * 2 / 3) < 0.02)
        #expect(abs(disc.wide.upperBound - 0.5 * .pi / 4 * 2 / 3 * 72 / 96) < 0.02)
        #expect(abs(disc.slope * disc.middle - 2.3) < 1e-9 && disc.middle >= 4)

        let cloth = try #require(
            try NSA().prepared(for: "cloth", trials: [Self.texture(1), Self.texture(2)]).constants)
        #expect(cloth.isTexture && cloth.patches == 4 && cloth.part == nil && cloth.high == 0.03...0.4)
        #expect(try NSA().prepared(for: "cloth", trials: [Self.texture(1), Self.texture(2)]).constants == cloth)
        #expect(try Self.nsa { $0.patches = 9 }.prepared(for: "disc", trials: [Self.donor()]).constants?.patches == 9)
    }

    @Test func piecesComeFromTheDonorAndTheRestStays() throws {
        let (image, foreground) = SynthesisTests.scene(3)
        let nsa = try NSA().prepared(for: "disc", trials: [Self.donor()])
        for seed in 0..<20 as Range<UInt64> {
            let made = try nsa.draw(on: image, foreground: foreground, seed: seed, donor: Self.donor())
            #expect(made.account["donor"] == "other" && made.account["gradients"] == "normal")
            let pieces = try #require(made.account["pieces"]?.array).compactMap { $0.array?.compactMap(\.int) }
            #expect((1...3).contains(pieces.count))
            for place in made.mask.values.indices {
                let here = 3 * place..<3 * place + 3
                if made.image.pixels[here] != image.pixels[here] { #expect(made.mask.values[place] == 1) }
                guard made.mask.values[place] == 1 else { continue }
                let (x, y) = (place % image.width, place / image.width)
                #expect(foreground[x, y])
                #expect(pieces.contains { x >= $0[4] && y >= $0[5] && x < $0[4] + $0[6] && y < $0[5] + $0[7] })
            }
        }
    }

    @Test func aDonorOfAnotherSizeAndOtherChannelsServes() throws {
        let (image, foreground) = SynthesisTests.scene(1)
        let made = try NSA().draw(
            on: image, foreground: foreground, seed: 3, donor: Self.donor(4, width: 200, height: 100))
        #expect(made.image.channels == 1 && !made.mask.isEmpty)
    }

    @Test func theReleasedFaultsAreThereOnDemand() throws {
        let textures = (0..<4 as Range<UInt64>).map(Self.texture)
        let faithful = try Self.nsa { $0.defects = .faithful }.prepared(for: "cloth", trials: textures)
        let mended = try NSA().prepared(for: "cloth", trials: textures)
        var (strays, odd) = (0, 0)
        for seed in 0..<30 as Range<UInt64> {
            for (nsa, isMended) in [(faithful, false), (mended, true)] {
                let normal = textures[0].image
                let made = try nsa.draw(on: normal, foreground: nil, seed: seed, donor: textures[1])
                for place in made.mask.values.indices where made.mask.values[place] == 0 {
                    let here = 3 * place..<3 * place + 3
                    guard made.image.pixels[here] != normal.pixels[here] else { continue }
                    if isMended { odd += 1 } else { strays += 1 }
                }
                #expect(made.softLabel.maximum <= 1 && !made.mask.isEmpty)
            }
        }
        #expect(odd == 0 && strays > 0)
    }

    @Test func paperSizesAreTwiceAsLarge() throws {
        let textures = (0..<2 as Range<UInt64>).map(Self.texture)
        func largest(_ nsa: NSA) throws -> Int {
            let ready = try nsa.prepared(for: "cloth", trials: textures)
            return try (0..<30 as Range<UInt64>).map { seed in
                let made = try ready.draw(on: textures[0].image, foreground: nil, seed: seed, donor: textures[1])
                return (made.account["pieces"]?.array ?? []).compactMap { $0.array?[6].int }.max() ?? 0
            }.max() ?? 0
        }
        let released = try largest(NSA()), written = try largest(Self.nsa { $0.limits = .written })
        #expect(released <= Int(0.4 * 128) + 1 && written > released && written <= Int(0.8 * 128) + 2)
    }

    @Test func aSpotOfThePartIsKeptTo() throws {
        let (image, foreground) = SynthesisTests.scene(3)
        var spot = Mask(width: 96, height: 72)
        for y in 30..<42 { for x in 40..<54 { spot[x, y] = true } }
        let nsa = try NSA().prepared(for: "disc", trials: [Self.donor()])
        for seed in 0..<10 as Range<UInt64> {
            let made = try nsa.draw(
                on: image, foreground: spot.intersection(foreground), seed: seed, donor: Self.donor())
            #expect(made.mask.intersection(spot) == made.mask)
        }
    }

    @Test func picturesWithoutRoomSaySo() {
        let tiny = Image(width: 9, height: 40, colour: [3, 4, 5])
        #expect(throws: SyntheticAnomalyError.tooSmall(image: [9, 40], least: 12)) {
            try NSA().draw(on: tiny, foreground: nil, seed: 1, donor: nil)
        }
        let flat = Image(width: 40, height: 40, colour: [90, 90, 90])
        #expect(throws: SyntheticAnomalyError.nothingChanged(draws: 64)) {
            try NSA().draw(on: flat, foreground: nil, seed: 1, donor: nil)
        }
    }
}
