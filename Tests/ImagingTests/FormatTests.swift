import Foundation
import Imaging
import Testing

/// Files written by tifffile and Pillow: Tests/Goldens/imaging_formats.py.
struct Formats: Decodable {
    var file: String
    var result: String
    var bitDepth: Int
    var orientation: Int
    var isLossy: Bool
    var channels: Int

    static func path(_ name: String) -> String { Goldens.path("../formats/\(name)") }
    static func bytes(_ name: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: URL(filePath: path(name)))) }
    static func all() throws -> [Formats] {
        try JSONDecoder().decode([Formats].self, from: Data(contentsOf: URL(filePath: path("expected.json"))))
    }
}

@Suite("TIFF, BMP, WebP")
struct FormatTests {
    @Test("every kind decodes as its writer meant it")
    func kinds() throws {
        for kind in try Formats.all() {
            let bytes = try Formats.bytes(kind.file)
            let info = try ImageInfo(bytes: bytes, name: kind.file)
            #expect(info.bitDepth == kind.bitDepth && info.orientation == kind.orientation, "\(kind.file): \(info)")
            #expect(info.isLossy == kind.isLossy, "\(kind.file)")
            let image = try Image(bytes: bytes, name: kind.file)
            let expected = try Image(contentsOf: Formats.path(kind.result))
            #expect(
                image.channels == kind.channels && info.channels == kind.channels, "\(kind.file): \(image.channels)")
            let equal = image == expected  // a failure prints the name, not thousands of samples
            #expect(equal, "\(kind.file)")
        }
        #expect(try Formats.all().count > 25)
    }

    @Test(
        "what isn't read is refused by name",
        arguments: [
            ("refused_pages.tif", "several pictures"), ("refused_jpeg.tif", "compression 7"),
            ("refused_signed.tif", "without sign"),
            ("refused_white_is_zero12.tif", "0 is white"), ("refused_32.tif", "32 bits"), ("float.tif", "32 bits"),
            ("refused_animation.webp", "animation"), ("refused_rle.bmp", "run-length"),
        ])
    func refused(_ name: String, _ word: String) throws {
        let bytes = try Formats.bytes(name)
        let error = #expect(throws: ImageError.self) { try Image(bytes: bytes, name: name) }
        #expect(error?.kind == .unsupported && error?.reason.contains(word) == true, "\(String(describing: error))")
    }

    @Test("maps of float32 in TIFF keep their values")
    func floats() throws {
        let plane = try Plane(tiff: Formats.bytes("float.tif"), name: "map")
        #expect(plane.width == 21 && plane.height == 18)
        #expect(plane[3, 2] == Float(UInt8(2 * 9 + 3 * 4)) / 7 - 3)
        #expect(throws: ImageError.self) { try Plane(tiff: Formats.bytes("grey.tif"), name: "map") }
        #expect(throws: ImageError.self) { try Plane(tiff: Formats.bytes("rgb.bmp"), name: "map") }
    }

    @Test(
        "a file cut off anywhere is an error",
        arguments: [
            "grey_lzw.tif", "rgb_deflate.tif", "rgb_tiled.tif", "rgb.bmp", "palette.bmp", "lossless.webp", "lossy.webp",
        ])
    func cutOff(_ name: String) throws {
        let bytes = try Formats.bytes(name)
        for percent in 0..<100 {
            let cut = Array(bytes.prefix(bytes.count * percent / 100))
            #expect(throws: ImageError.self, "\(name) at \(percent) %") { try Image(bytes: cut, name: name) }
        }
    }

    @Test("sizes are checked before memory is taken")
    func sizes() throws {
        var small = ImageLimits()
        small.side = 20
        for name in ["grey.tif", "rgb_tiled.tif", "rgb.bmp", "lossless.webp"] {
            let bytes = try Formats.bytes(name)
            let error = #expect(throws: ImageError.self) { try Image(bytes: bytes, name: name, limits: small) }
            #expect(error?.kind == .tooLarge, "\(String(describing: error))")
        }
        var bitmap = try Formats.bytes("rgb.bmp")
        bitmap.replaceSubrange(18..<22, with: [0xFF, 0xFF, 0xFF, 0x7F])
        #expect(throws: ImageError.self) { try Image(bytes: bitmap, name: "b") }
    }

    @Test("pointers and web pages are named as such")
    func standIns() throws {
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"
        let error = #expect(throws: ImageError.self) { try Image(bytes: Array(pointer.utf8), name: "000.png") }
        #expect(error?.kind == .notAPicture && error?.reason.contains("git lfs pull") == true)
        let page = #expect(throws: ImageError.self) { try Image(bytes: Array("<!DOCTYPE html>".utf8), name: "a") }
        #expect(page?.reason.contains("web page") == true)
    }
}

@Suite("Pictures of unknown making")
struct PictureReaderTests {
    @Test("are turned as their files ask")
    func turned() throws {
        for kind in try Formats.all() where kind.orientation != 1 {
            let bytes = try Formats.bytes(kind.file), stored = try Image(bytes: bytes, name: kind.file)
            let upright = try PictureReader().read(bytes, name: kind.file)
            #expect(upright == stored.oriented(exif: kind.orientation), "\(kind.file)")
            #expect(try PictureReader().read(bytes, name: kind.file, turned: false) == stored)
            let size = try ImageInfo(bytes: bytes, name: kind.file).uprightSize
            #expect(size == (upright.width, upright.height))
        }
        #expect(try Formats.all().count(where: { $0.orientation != 1 }) == 3)
    }

    @Test("samples of 12 bits in 16 are scaled by their range")
    func twelveBits() throws {
        let values: [Float] = [0, 800, 2047, 4095]
        let bytes = try Plane(width: 4, height: 1, values: values.map { $0 / 65535 }).png16()
        #expect(try Image(bytes: bytes, name: "p").pixels == [0, 3, 8, 16], "as stored: nearly black")
        #expect(try PictureReader.extent(bytes, name: "p") == (4095, 4095))
        let range = SampleRange.holding(4095)
        #expect(range == SampleRange(lower: 0, upper: 4095))
        #expect(try PictureReader(range: range).read(bytes, name: "p").pixels == [0, 50, 127, 255])
        let given = try #require(SampleRange(lower: 800, upper: 2047))
        #expect(try PictureReader.share(outside: given, of: bytes, name: "p") == 0.5)
        #expect(try PictureReader.share(outside: range, of: bytes, name: "p") == 0)
        #expect(try PictureReader(range: given).read(bytes, name: "p").pixels == [0, 0, 255, 255])
        #expect(throws: ImageError.self) {
            try PictureReader.extent(Image(width: 1, height: 1, colour: [3]).png(), name: "p")
        }
    }

    @Test("16 bits of colour keep their channels")
    func colour() throws {
        let bytes = try Formats.bytes("rgb16_deflate.tif")
        let full = try Image(bytes: bytes, name: "c")
        #expect(try PictureReader(range: .full).read(bytes, name: "c") == full)
        let half = try #require(SampleRange(lower: 0, upper: 32767))
        let brighter = try PictureReader(range: half).read(bytes, name: "c")
        #expect(brighter.channels == 3 && brighter[1, 1, 0] > full[1, 1, 0])
        #expect(try PictureReader.extent(bytes, name: "c").largest == 65535)
    }

    @Test("ranges")
    func ranges() {
        #expect(
            [0, 255, 256, 1023, 1024, 4095, 4096, 16383, 16384, 65535].map { SampleRange.holding($0).upper }
                == [255, 255, 1023, 1023, 4095, 4095, 16383, 16383, 65535, 65535])
        #expect(SampleRange(lower: 5, upper: 5) == nil && SampleRange(lower: -1, upper: 5) == nil)
        #expect(SampleRange(lower: 0, upper: 70000) == nil)
    }
}
