import Foundation
import Imaging
import Testing

@Suite("Files that are read and written")
struct CodecTests {
    @Test("every kind of file decodes as its reference does")
    func kinds() throws {
        for kind in try Goldens.load().decoded {
            let info = try ImageInfo(contentsOf: Goldens.path(kind.file))
            #expect(info.bitDepth == kind.bitDepth && info.orientation == kind.orientation, "\(kind)")
            #expect(info.channels == kind.channels && info.width == 61 && info.height == 47, "\(kind)")
            #expect(info.format == (kind.file.hasSuffix("jpg") ? .jpeg : .png))
            let image = try Goldens.image(kind.file), expected = try Goldens.image(kind.result)
            let equal = image == expected  // a failure prints the name, not thousands of samples
            #expect(equal, "\(kind)")
        }
    }

    @Test("PNG keeps every pixel, and two encodings are equal")
    func png() throws {
        for channels in [1, 3, 4] {
            let pixels = (0..<37 * 21 * channels).map { UInt8(truncatingIfNeeded: $0 * $0 / 7) }
            let image = Image(width: 37, height: 21, channels: channels, pixels: pixels)
            let bytes = try image.png()
            #expect(try Image(bytes: bytes, name: "a") == image)
            #expect(try image.png() == bytes)
        }
    }

    @Test("a PNG of ours has no chunks but the picture's")
    func chunks() throws {
        let bytes = try Image(width: 300, height: 200, colour: [1, 2, 3]).png()
        var (at, kinds) = (8, Set<String>())
        while at + 8 <= bytes.count {
            let length = bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
            kinds.insert(String(decoding: bytes[at + 4..<at + 8], as: UTF8.self))
            at += length + 12
        }
        #expect(kinds == ["IHDR", "IDAT", "IEND"])
    }

    @Test("a soft label keeps 16 bits")
    func softLabel() throws {
        let values: [Float] = [0, 1, 0.5, 1.0 / 65535, 65534.0 / 65535, -3, 7, .nan]
        let plane = Plane(width: 4, height: 2, values: values)
        let back = try Plane(png: plane.png16(), name: "soft.png")
        let expected: [Float] = [0, 1, 32768.0 / 65535, 1.0 / 65535, 65534.0 / 65535, 0, 1, 0]
        #expect(back.values == expected)
        let wide = try Plane(contentsOf: Goldens.path("grey16.png"))
        #expect(try Array(wide.values.prefix(200)) == Goldens.load().grey16.map { Float($0) / 65535 })
        #expect(throws: ImageError.self) { try Plane(contentsOf: Goldens.path("rgb.png")) }
    }

    @Test("a mask is 0 and 255 in the file, and label maps are read above 0")
    func masks() throws {
        let mask = Mask(width: 5, height: 3, values: [0, 1, 0, 1, 1, 0, 0, 0, 1, 0, 1, 1, 1, 0, 0])
        let image = try Image(bytes: mask.png(), name: "m")
        #expect(image.channels == 1 && Set(image.pixels) == [0, 255])
        #expect(Mask(image, above: 127) == mask)
        let labels = Image(width: 3, height: 1, channels: 1, pixels: [0, 1, 9])
        #expect(Mask(labels, above: 0).values == [0, 1, 1])
        #expect(
            Mask(Image(width: 2, height: 1, channels: 4, pixels: [0, 0, 0, 255, 0, 9, 0, 255]), above: 0).values == [
                0, 1,
            ])
    }

    @Test("JPEG comes back close, smaller at lower quality")
    func jpeg() throws {
        let image = try Goldens.image("rgb.png")
        let fine = try image.jpeg(quality: 100), coarse = try image.jpeg(quality: 30)
        #expect(coarse.count < fine.count)
        let back = try Image(bytes: fine, name: "j")
        let difference = zip(back.pixels, image.pixels).map { abs(Int($0) - Int($1)) }.reduce(0, +)
        // Chroma at half resolution and noise of 20 levels: a mean difference of some levels is the format's own.
        #expect(Double(difference) / Double(image.pixels.count) < 20)
        #expect(try Image(bytes: Goldens.image("grey.png").jpeg(), name: "g").channels == 1)
    }

    @Test("orientation is left to the caller and turns as EXIF says")
    func orientation() throws {
        let image = Image(width: 3, height: 2, channels: 1, pixels: [1, 2, 3, 4, 5, 6])
        let turned: [Int: [UInt8]] = [
            1: [1, 2, 3, 4, 5, 6], 2: [3, 2, 1, 6, 5, 4], 3: [6, 5, 4, 3, 2, 1], 4: [4, 5, 6, 1, 2, 3],
            5: [1, 4, 2, 5, 3, 6], 6: [4, 1, 5, 2, 6, 3], 7: [6, 3, 5, 2, 4, 1], 8: [3, 6, 2, 5, 1, 4],
        ]
        for (orientation, pixels) in turned {
            let result = image.oriented(exif: orientation)
            #expect(result.pixels == pixels, "orientation \(orientation)")
            #expect(result.width == (orientation < 5 ? 3 : 2))
        }
    }

    @Test("grey is Pillow's")
    func grey() throws {
        #expect(try Goldens.image("rgb.png").grey() == Goldens.image("rgb_as_grey.png"))
    }
}
