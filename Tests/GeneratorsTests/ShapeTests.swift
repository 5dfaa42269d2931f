import Generators
import Imaging
import MethodKit
import ParameterKit
import Testing

@Suite("Shapes of damage") struct ShapeTests {
    private static let part: Mask = {
        var mask = Mask(width: 300, height: 200)
        for y in 0..<200 {
            for x in 0..<300 { mask[x, y] = (x - 150) * (x - 150) * 4 + (y - 100) * (y - 100) * 9 < 300 * 300 }
        }
        return mask
    }()

    private func drawn(_ shape: DamageShape, inside part: Mask, seeds: Range<UInt64> = 0..<60) throws -> [Mask] {
        try seeds.map { seed in
            var stream = RandomStream(seed: seed)
            return try #require(shape.mask(inside: part, &stream))
        }
    }

    @Test(arguments: DamageShape.allCases)
    func shapesLieOnThePart(shape: DamageShape) throws {
        let masks = try drawn(shape, inside: Self.part)
        #expect(masks.allSatisfy { !$0.isEmpty && $0.intersection(Self.part) == $0 })
        #expect(Set(masks.map(\.values)).count == masks.count)
        #expect(try drawn(shape, inside: Self.part) == masks)
    }

    @Test func shapesAreWhatTheyAreCalled() throws {
        // Area over the area of the box around the largest piece: of an ellipse π/4 at most but for pixels, of lines little.
        func fill(_ mask: Mask) -> Double {
            let part = mask.components.parts.max { $0.area < $1.area }
            return part.map {
                Double($0.area) / Double(($0.right - $0.left + 1) * ($0.bottom - $0.top + 1))
            } ?? 0
        }
        func mean(_ shape: DamageShape) throws -> Double {
            let fills = try drawn(shape, inside: Mask(width: 256, height: 256, repeating: true)).map(fill)
            return fills.reduce(0, +) / Double(fills.count)
        }
        let (line, dot, ellipse, blot) = (
            try mean(.line), try mean(.dot), try mean(.ellipse), try mean(.freeform)
        )
        #expect(
            line < 0.35 && dot > 0.6 && ellipse > 0.45 && ellipse < 0.85 && blot > line,
            "\(line) \(dot) \(ellipse) \(blot)")
    }

    @Test func sizesGrowWithThePart() throws {
        func area(_ side: Int) throws -> Double {
            let part = Mask(width: side, height: side, repeating: true)
            let masks = try drawn(.dot, inside: part)
            return Double(masks.map(\.count).reduce(0, +)) / Double(masks.count)
        }
        // Twice the side, four times the area: the same seeds draw the same shapes.
        let ratio = try area(400) / area(200)
        #expect(ratio > 3.3 && ratio < 4.7, "\(ratio)")
    }

    @Test func onAWireShapesAreCut() throws {
        var wire = Mask(width: 120, height: 90)
        for x in 10..<110 { wire[x, 40] = true }
        for shape in DamageShape.allCases {
            #expect(try drawn(shape, inside: wire, seeds: 0..<5).allSatisfy { $0.intersection(wire) == $0 })
        }
        var stream = RandomStream(seed: 1)
        #expect(DamageShape.dot.mask(inside: Mask(width: 9, height: 9), &stream) == nil)
    }

    @Test func everyLocalGeneratorDrawsThem() throws {
        let (image, foreground) = SynthesisTests.scene(3)
        for shape in DamageShape.allCases {
            let cut = try SynthesisTests.cutPaste(try #require(.init(rawValue: shape.rawValue)))
                .draw(on: image, foreground: foreground, seed: 4)
            let filled = try SynthesisTests.perlin { $0.shape = shape }.draw(on: image, foreground: foreground, seed: 4)
            let own = try #require(NSASettings.Shape(rawValue: shape.rawValue))
            let cloned = try NSATests.nsa { $0.shape = own }
                .draw(on: image, foreground: foreground, seed: 4, donor: NSATests.donor())
            for made in [cut, filled, cloned] { #expect(!made.mask.isEmpty && made.image != image) }
            #expect(cut.account["shape"]?.string == shape.rawValue && cloned.account["shape"]?.string == shape.rawValue)
        }
    }

    @Test func masksOfGLASSComeInThirds() throws {
        let glass = try SynthesisTests.perlin(preset: .glass)
        let (image, _) = SynthesisTests.scene(1, width: 24, height: 24)
        var counts: [String: Int] = [:]
        var shares: [Double] = []
        for seed in 0..<3000 as Range<UInt64> {
            let made = try glass.draw(on: image, foreground: nil, seed: seed)
            counts[made.account["second_mask"]?.string ?? "?", default: 0] += 1
            shares.append(try #require(made.account["transparency"]?.number))
        }
        // 3 % is 3.5 standard deviations; pairs that leave nothing 32 times in a row become one mask, which is rare.
        for kind in ["none", "union", "intersection"] { #expect(abs((counts[kind] ?? 0) - 1000) < 90, "\(counts)") }
        let mean = shares.reduce(0, +) / 3000
        let deviation = (shares.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 3000).squareRoot()
        #expect(abs(mean - 0.5) < 0.02 && abs(deviation - 0.1) < 0.02 && shares.allSatisfy { $0 >= 0.2 && $0 <= 0.8 })
    }

    @Test func presetsAreDefaults() throws {
        func read(_ json: JSONValue) throws -> PerlinSettings {
            try #require(PerlinSettings.read(json, Reading(directory: "/")))
        }
        #expect(try read([:]) == PerlinSettings())
        let glass = try read(["preset": "glass"]), own = try read(["preset": "glass", "masks": "one"])
        #expect(glass.masks == .thirds && glass.spread == .normal && glass.transparency == [0.2, 0.8])
        #expect(glass.changes == .glass && own.masks == .one && own.changes == .glass)
        let draem = try read(["preset": "draem"])
        #expect(draem.changes == .draem && draem.masks == .one && draem.transparency == [0, 0.8])
        // The preset itself decides nothing: what it sets is in the identity.
        #expect(PerlinTexture(glass).asked() != PerlinTexture().asked())
        var plain = glass
        plain.preset = .plain
        #expect(PerlinTexture(plain).asked() == PerlinTexture(glass).asked())
    }
}
