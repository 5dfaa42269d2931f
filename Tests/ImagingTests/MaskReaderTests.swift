import Foundation
import Imaging
import Testing

@Suite("One truth about masks")
struct MaskReaderTests {
    private func grey(_ width: Int, _ height: Int, _ value: (Int, Int) -> Int) -> Image {
        let pixels = (0..<width * height).map { UInt8(value($0 % width, $0 / width)) }
        return Image(width: width, height: height, channels: 1, pixels: pixels)
    }

    /// A disc of radius 8 in the middle of 40 × 40, its edge as wide as `soft` pixels.
    private func disc(_ soft: Double, _ top: Double = 255) -> Image {
        grey(40, 40) { x, y in
            let inside = 8 - (Double((x - 20) * (x - 20) + (y - 20) * (y - 20))).squareRoot()
            if soft == 0 { return inside >= 0 ? Int(top) : 0 }
            return Int(top * min(1, max(0, 0.5 + inside / soft)))
        }
    }

    private func read(_ image: Image, _ reader: MaskReader = MaskReader()) throws -> MaskReader.Reading {
        try reader.read(image.png(), name: "m")
    }

    @Test(
        "few levels are labels: all that isn't 0 is damage", arguments: [[1], [63, 255], [1, 5, 9], [255], [2, 128]])
    func labels(_ levels: [Int]) throws {
        let image = grey(30, 20) { x, y in y > 4 && y < 9 && x % 10 > 3 ? levels[x / 10 % levels.count] : 0 }
        let reading = try read(image)
        #expect(reading.kind == .labels && reading.mask == Mask(image, above: 0))
        // Where half of the range would mark less, that is said.
        let isTold = levels.contains { $0 >= 128 } && levels.contains { $0 < 64 }
        #expect(reading.oddities == (isTold ? [.several] : []))
    }

    @Test("a soft edge counts from half its range on")
    func soft() throws {
        let image = disc(6)
        #expect(Set(image.pixels).count > MaskReader.fewLevels)
        let reading = try read(image)
        #expect(reading.kind == .soft(from: 128) && reading.mask == Mask(image, above: 127))
        // Half of its own range, where white isn't reached.
        let dark = disc(6, 100)
        #expect(try read(dark).kind == .soft(from: 50))
        #expect(try read(dark).mask == Mask(dark, above: 49))
    }

    @Test("a JPEG is a continuum however few its levels")
    func jpeg() throws {
        let hard = disc(0)
        let reading = try MaskReader().read(hard.jpeg(quality: 75), name: "m")
        guard case .soft(let from) = reading.kind else {
            Issue.record("\(reading.kind)")
            return
        }
        #expect((120...128).contains(from))
        #expect(reading.mask == Mask(hard, above: 0))
        let noise = try MaskReader().read(grey(40, 40) { x, y in (x * y) % 5 }.jpeg(), name: "m")
        #expect(noise.mask.isEmpty && noise.oddities == [.dim])
    }

    @Test("many labels with areas are labels all the same")
    func manyLabels() throws {
        let image = grey(80, 80) { x, y in x % 8 < 5 && y % 8 < 5 && y < 40 ? 1 + x / 8 + 10 * (y / 8) : 0 }
        #expect(Set(image.pixels).count == 51)
        let reading = try read(image)
        #expect(reading.kind == .labels && reading.mask == Mask(image, above: 0))
    }

    @Test("labels of 16 bits")
    func sixteenBits() throws {
        let values: [Float] = (0..<400).map { $0 % 20 > 14 ? Float(1 + $0 / 200) / 65535 : 0 }
        let reading = try MaskReader().read(Plane(width: 20, height: 20, values: values).png16(), name: "m")
        #expect(reading.kind == .labels && reading.mask.values == values.map { $0 > 0 ? 1 : 0 })
        let ramp = Plane(width: 100, height: 1, values: (0..<100).map { Float($0) / 99 })
        #expect(try MaskReader().read(ramp.png16(), name: "m").kind == .soft(from: 32768))
    }

    @Test("labels in alpha are understood, a contradiction is refused")
    func alpha() throws {
        func image(_ colour: (Int) -> UInt8, _ alpha: (Int) -> UInt8) -> Image {
            Image(width: 10, height: 10, channels: 4, pixels: (0..<100).flatMap { [colour($0), 0, 0, alpha($0)] })
        }
        let marked = (0..<100).map { $0 < 20 ? UInt8(1) : 0 }
        let inAlpha = try read(image({ _ in 0 }, { $0 < 20 ? 200 : 0 }))
        #expect(inAlpha.mask.values == marked && inAlpha.oddities == [.inAlpha])
        #expect(try read(image({ $0 < 20 ? 255 : 0 }, { _ in 255 })).mask.values == marked)
        #expect(try read(image({ $0 < 20 ? 255 : 0 }, { $0 < 20 ? 255 : 0 })).mask.values == marked)
        let error = #expect(throws: ImageError.self) { try read(image({ $0 < 20 ? 255 : 0 }, { $0 < 50 ? 255 : 0 })) }
        #expect(error?.kind == .unsupported && error?.reason.contains("alpha") == true)
    }

    @Test("palettes", arguments: ["mask_palette", "mask_palette_bright", "mask_palette_greys"], ["png", "tif", "bmp"])
    func palettes(_ stem: String, _ ending: String) throws {
        let name = "\(stem).\(ending)"
        let reading = try MaskReader().read(Formats.bytes(name), name: name)
        #expect(reading.kind == .labels && reading.mask.count == 12 * 14)
        #expect(!reading.mask[6, 6] && reading.mask[7, 6] && reading.mask[20, 17])
    }

    @Test("a mask that marks more than half gets a notice, and can be read inverted")
    func inverted() throws {
        let image = grey(20, 20) { x, y in x > 4 && x < 9 && y > 4 && y < 9 ? 0 : 255 }
        #expect(try read(image).oddities == [.mostlyMarked])
        let turned = try read(image, MaskReader(inverted: true))
        #expect(turned.mask.count == 16 && turned.oddities.isEmpty)
    }

    @Test("rules that are given")
    func rules() throws {
        let image = grey(20, 20) { x, y in y < 3 ? 63 : y < 5 ? 255 : 0 }
        #expect(try read(image, MaskReader(rule: .soft)).mask.count == 40)
        #expect(try read(image, MaskReader(rule: .above(127))).mask.count == 40)
        #expect(try read(image, MaskReader(rule: .above(62))).mask.count == 100)
        #expect(try read(disc(6), MaskReader(rule: .labels)).mask == Mask(disc(6), above: 0))
    }

    @Test("a picture is no mask")
    func pictures() throws {
        var picture = Image(width: 60, height: 60, colour: [0, 0, 0])
        for at in picture.pixels.indices { picture.pixels[at] = UInt8(at * 37 % 251) }
        let error = #expect(throws: ImageError.self) { try read(picture) }
        #expect(error?.reason.contains("not a mask") == true)
    }

    @Test("a mask is turned as its own file asks")
    func turned() throws {
        let stored = try Image(bytes: Formats.bytes("turned.tif"), name: "t")
        let reading = try MaskReader(rule: .above(100)).read(Formats.bytes("turned.tif"), name: "t")
        #expect(reading.mask == Mask(stored.oriented(exif: 6), above: 100))
    }
}
