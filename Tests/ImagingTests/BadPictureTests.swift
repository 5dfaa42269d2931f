import Foundation
import Imaging
import Testing

@Suite("Pictures that can't be read")
struct BadPictureTests {
    private func kind(_ bytes: [UInt8], _ limits: ImageLimits = .standard) -> ImageError.Kind? {
        do {
            _ = try Image(bytes: bytes, name: "bad.png", limits: limits)
            return nil
        } catch {
            #expect(error.file == "bad.png" && error.description.contains("bad.png") && !error.reason.isEmpty)
            return error.kind
        }
    }

    /// A PNG's chunk with a right checksum.
    private func chunk(_ kind: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(kind.utf8) + data
        var sum: UInt32 = 0xFFFF_FFFF
        for byte in body {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
        return bigEndian(UInt32(data.count)) + body + bigEndian(~sum)
    }

    private func bigEndian(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }

    private func header(_ width: UInt32, _ height: UInt32) -> [UInt8] {
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
            + chunk("IHDR", bigEndian(width) + bigEndian(height) + [8, 2, 0, 0, 0])
    }

    @Test(
        "a file cut off anywhere is an error, whatever its kind",
        arguments: ["rgb.png", "interlaced.png", "rgb.jpg", "progressive.jpg"])
    func cutOff(_ name: String) throws {
        let bytes = try Goldens.bytes(name)
        for percent in 0..<100 {
            let found = kind(Array(bytes.prefix(bytes.count * percent / 100)))
            #expect(found == .corrupt || found == .notAPicture, "\(name) at \(percent) %")
        }
        #expect(kind(Array(bytes.dropLast(2))) == .corrupt)
    }

    @Test("a wrong checksum is an error")
    func checksum() throws {
        var bytes = try Goldens.bytes("rgb.png")
        bytes[bytes.count / 2] ^= 1
        #expect(kind(bytes) == .corrupt)
    }

    @Test("other files are no pictures")
    func otherFiles() {
        #expect(kind([]) == .notAPicture)
        #expect(kind(Array("GIF89a".utf8)) == .notAPicture)
        #expect(kind([UInt8](repeating: 0, count: 100)) == .notAPicture)
    }

    @Test("sizes are checked in the header: nothing is allocated for 65535 x 65535")
    func size() throws {
        #expect(kind(header(65535, 65535)) == .tooLarge)
        #expect(kind(header(16384, 16384)) == .tooLarge)  // allowed a side, not in all
        #expect(kind(header(0, 5)) == .corrupt)
        #expect(kind(header(100, 100)) == .corrupt)  // allowed, but no pixels follow
        var small = ImageLimits()
        small.side = 60
        #expect(try kind(Goldens.bytes("rgb.png"), small) == .tooLarge)
        #expect(try kind(Goldens.bytes("rgb.jpg"), small) == .tooLarge)
        #expect(throws: ImageError.self) { try ImageInfo(bytes: Goldens.bytes("rgb.jpg"), name: "x", limits: small) }
        // A JPEG whose header claims 65500 x 65500.
        var jpeg = try Goldens.bytes("grey.jpg")
        let frame = try #require(jpeg.indices.dropLast().first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xC0 })
        jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0xFF, 0xDC, 0xFF, 0xDC])
        #expect(kind(jpeg) == .tooLarge)
    }

    @Test("a progressive JPEG of many scans is refused")
    func scans() throws {
        let bytes = try Goldens.bytes("progressive.jpg")
        #expect(kind(bytes) == nil)
        // The last scan is a refinement; repeating it a few hundred times keeps a decoder busy for a very long time.
        let starts = bytes.indices.dropLast().filter { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA }
        let last = try #require(starts.last)
        let scan = Array(bytes[last..<bytes.count - 2])
        var few = ImageLimits()
        few.scans = starts.count - 1
        #expect(kind(bytes, few) == .tooLarge)
        var bomb = Array(bytes.dropLast(2))
        for _ in 0..<400 { bomb += scan }
        bomb += [0xFF, 0xD9]
        let found = kind(bomb)
        #expect(found == .tooLarge || found == .corrupt)
    }

    @Test("a broken colour profile and thousands of text chunks don't spoil the picture")
    func ancillaryChunks() throws {
        // iCCP: name, zero, method 0, then zlib data (here: none that is valid). Ancillary, so the picture is read all
        // the same.
        let good = try Image(width: 4, height: 4, colour: [9, 9, 9]).png()
        let bytes =
            Array(good.prefix(33)) + chunk("iCCP", Array("x".utf8) + [0, 0, 1, 2, 3]) + Array(good.dropFirst(33))
        #expect(kind(bytes) == nil)
        var many = Array(good.prefix(33))
        for _ in 0..<2000 { many += chunk("tEXt", Array("k".utf8) + [0] + Array("value".utf8)) }
        #expect(kind(many + Array(good.dropFirst(33))) == nil)
    }

    @Test("random damage never crashes")
    func mutations() throws {
        var state: UInt64 = 1
        func next() -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33)
        }
        for name in [
            "rgb.png", "palette_transparent.png", "grey16.png", "rgb.jpg", "progressive.jpg", "inks.jpg", "turned.jpg",
        ] {
            let bytes = try Goldens.bytes(name)
            for _ in 0..<300 {
                var damaged = bytes
                for _ in 0...next() % 4 { damaged[next() % damaged.count] = UInt8(next() % 256) }
                _ = kind(damaged)
            }
        }
    }

    @Test("missing files, folders and full limits name the file")
    func files() throws {
        let missing = Goldens.path("nothing.png")
        let error = #expect(throws: ImageError.self) { try Image(contentsOf: missing) }
        #expect(error?.kind == .unreadable && error?.code == ENOENT && error?.file == missing)
        let folder = #expect(throws: ImageError.self) { try Image(contentsOf: Goldens.path("")) }
        #expect(folder?.kind == .unreadable)
        #expect(error?.cause == .missing && folder?.cause == .io)
        var limits = ImageLimits()
        limits.fileBytes = 10
        #expect(throws: ImageError.self) { try Image(contentsOf: Goldens.path("rgb.png"), limits: limits) }
        let unwritable = #expect(throws: ImageError.self) {
            try Image(width: 1, height: 1, colour: [0]).write(png: Goldens.path("no/such/folder.png"))
        }
        #expect(unwritable?.kind == .unwritable && unwritable?.cause == .cannotCreate)
    }
}
