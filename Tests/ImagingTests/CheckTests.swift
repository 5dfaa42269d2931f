import Foundation
import Imaging
import Testing

/// `ImageInfo(checking:)`: whether a file is as it was written.
@Suite struct CheckTests {
    private func png() throws -> [UInt8] {
        var image = Image(width: 40, height: 30, colour: [10, 20, 30])
        for x in 0..<40 { image[x, x / 2, 1] = UInt8(x * 5) }
        return try image.png()
    }

    @Test func wholeFilesHaveTheirHeader() throws {
        let bytes = try png()
        #expect(try ImageInfo(checking: bytes, name: "a") == ImageInfo(bytes: bytes, name: "a"))
        for name in ["grey.tif", "rgb.bmp", "lossless.webp"] {
            let bytes = try Formats.bytes(name)
            #expect(try ImageInfo(checking: bytes, name: name) == ImageInfo(bytes: bytes, name: name))
        }
    }

    @Test func everyCutAndEveryChangedByteOfAPNGIsFound() throws {
        let whole = try png()
        for length in 0..<whole.count {
            #expect(throws: ImageError.self) { try ImageInfo(checking: Array(whole[..<length]), name: "cut") }
        }
        for index in whole.indices {
            var bytes = whole
            bytes[index] ^= 0x10
            #expect(throws: ImageError.self, "byte \(index)") { try ImageInfo(checking: bytes, name: "changed") }
        }
    }

    @Test func aCutJPEGIsFound() throws {
        let whole = try Image(width: 64, height: 64, colour: [9, 99, 200]).jpeg()
        #expect(throws: ImageError.self) { try ImageInfo(checking: Array(whole.dropLast(40)), name: "cut") }
        #expect(throws: ImageError.self) { try ImageInfo(checking: Array("version https".utf8), name: "text") }
    }
}
