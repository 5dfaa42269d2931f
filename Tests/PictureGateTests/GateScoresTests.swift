import Imaging
import PictureGate
import Testing

/// Each check on drawn pictures of which the right answer is known: a grey disc of 60 pixels across on light ground, 128
/// pixels a side.
@Suite struct GateScoresTests {
    private static let side = 128

    private static func square(_ x: Int, _ y: Int, _ size: Int) -> Mask {
        var mask = Mask(width: side, height: side)
        for row in y..<y + size { for column in x..<x + size { mask[column, row] = true } }
        return mask
    }

    private static let disc: Mask = {
        var mask = Mask(width: side, height: side)
        for y in 0..<side {
            for x in 0..<side { mask[x, y] = (x - 64) * (x - 64) + (y - 64) * (y - 64) < 900 }
        }
        return mask
    }()

    private static func painted(_ places: [(mask: Mask, level: UInt8)]) -> Image {
        var pixels = [UInt8](repeating: 220, count: 3 * side * side)
        for (mask, level) in [(disc, UInt8(90))] + places {
            for k in mask.values.indices where mask.values[k] != 0 {
                for channel in 0..<3 { pixels[3 * k + channel] = level }
            }
        }
        return Image(width: side, height: side, channels: 3, pixels: pixels)
    }

    private static let normal = painted([])

    private func failed(
        _ picture: Image, label: Mask, part: Mask? = disc, base: Image = normal,
        _ change: (inout GateSettings) -> Void = { _ in }
    ) throws -> [GateCheck] {
        var settings = GateSettings()
        change(&settings)
        return try GateScores(picture: picture, base: base, label: label, part: part, settings: settings).failed(
            settings)
    }

    @Test("damage that is where its label says passes, whatever its colour")
    func passes() throws {
        let label = Self.square(56, 56, 14)
        for level: UInt8 in [0, 40, 110, 255] {
            #expect(try failed(Self.painted([(label, level)]), label: label) == [])
        }
        let scores = try GateScores(
            picture: Self.painted([(label, 20)]), base: Self.normal, label: label, part: Self.disc,
            settings: GateSettings())
        #expect(scores.pixels == 196 && scores.part == 1 && scores.outside == 0 && scores.cell == 4)
        #expect(abs(scores.area - 196 / Double(Self.disc.count)) < 1e-6)
        #expect(scores.change == scores.area && scores.overlap > 0.6)
    }

    @Test("a picture in which nothing changed fails, and so does what nobody sees")
    func unchanged() throws {
        let label = Self.square(56, 56, 14)
        #expect(try failed(Self.normal, label: label) == [.change, .overlap])
        #expect(try failed(Self.painted([(label, 93)]), label: label) == [.change, .overlap])
        #expect(try failed(Self.painted([(label, 93)]), label: label) { $0.visible = 2 } == [])
    }

    @Test("change outside the label fails; right beside it doesn't count")
    func outside() throws {
        let label = Self.square(56, 56, 14), other = Self.square(4, 4, 14)
        #expect(try failed(Self.painted([(label, 20), (other, 20)]), label: label).first == .outside)
        #expect(try failed(Self.painted([(label, 20), (other, 20)]), label: label) { $0.outside = 0.05 } == [])
        let wider = Self.square(54, 54, 18)
        #expect(try failed(Self.painted([(wider, 20)]), label: label) == [])
    }

    @Test("what is weak beside the damage is no second damage, unless contrast says so")
    func contrast() throws {
        let label = Self.square(56, 56, 14), other = Self.square(4, 4, 14)
        let drift = Self.painted([(label, 20), (other, 205)])
        #expect(try failed(drift, label: label) == [])
        #expect(try failed(drift, label: label) { $0.contrast = 10 } == [.outside])
        // Beside weak damage it isn't weak.
        #expect(try failed(Self.painted([(label, 80), (other, 205)]), label: label).contains(.outside))
    }

    @Test("a label much larger than its damage, or elsewhere, fails")
    func overlap() throws {
        let damage = Self.square(56, 56, 8), label = Self.square(48, 48, 26)
        #expect(try failed(Self.painted([(damage, 20)]), label: label) == [.overlap])
        let elsewhere = Self.square(70, 70, 12)
        #expect(try failed(Self.painted([(damage, 20)]), label: elsewhere) == [.change, .outside, .overlap])
    }

    @Test("labels of no size that damage has fail")
    func area() throws {
        let dot = Self.square(64, 64, 1)
        #expect(try failed(Self.painted([(dot, 0)]), label: dot).contains(.area))
        let few = Self.square(64, 64, 3)
        #expect(try !failed(Self.painted([(few, 0)]), label: few).contains(.area))
        #expect(try failed(Self.painted([(few, 0)]), label: few) { $0.cells = 16 }.contains(.area))
        let most = Self.square(46, 46, 36)
        #expect(try failed(Self.painted([(most, 0)]), label: most) == [.area])
        #expect(try failed(Self.painted([(most, 0)]), label: most) { $0.largest = 0.6 } == [])
        #expect(try failed(Self.normal, label: Mask(width: 128, height: 128)) == [.change, .area, .part])
    }

    @Test("damage beside the part fails; where all is part nothing is beside it")
    func part() throws {
        let label = Self.square(86, 60, 14)
        let picture = Self.painted([(label, 20)])
        #expect(try failed(picture, label: label) == [.part])
        #expect(try failed(picture, label: label, part: nil) == [])
    }

    @Test("a blown-out picture, a black one and one of one grey fail", arguments: [0, 128, 255] as [UInt8])
    func blank(level: UInt8) throws {
        let flat = Image(width: 128, height: 128, colour: [level, level, level])
        let found = try failed(flat, label: Self.square(56, 56, 14))
        #expect(found.contains(.blank) && found.contains(.outside))
    }

    @Test("alpha is dropped, grey pictures are compared as such, and other sizes are an error")
    func forms() throws {
        let label = Self.square(56, 56, 14), damaged = Self.painted([(label, 20)])
        #expect(try failed(damaged.grey(), label: label) == [])
        var rgba: [UInt8] = []
        for k in 0..<128 * 128 { rgba += Self.normal.pixels[3 * k..<3 * k + 3] + [7] }
        let clear = Image(width: 128, height: 128, channels: 4, pixels: rgba)
        #expect(try failed(damaged, label: label, base: clear) == [])
        let small = Image(width: 64, height: 64, colour: [1, 2, 3])
        #expect(throws: ImageError.self) { try failed(small, label: label) }
    }

    @Test("a threshold of nothing switches its check off, and no check is passed over silently")
    func off() throws {
        let label = Self.square(56, 56, 14)
        #expect(try failed(Self.normal, label: label) { ($0.change, $0.overlap) = (0, 0) } == [])
        #expect(GateCheck.allCases.filter { $0.absence != nil } == [.real])
        #expect(GateCheck.absences.count == 1)
        #expect(GateCheck.allCases.allSatisfy { ($0.absence == nil) == !$0.keys.isEmpty })
    }
}
