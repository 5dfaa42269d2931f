import AnomalyDatasets
import Foundation
import Imaging

/// Width and height of a PNG, from its first chunk.
struct PictureSize: Hashable, Sendable {
    var width: Int
    var height: Int

    init(width: Int, height: Int) { (self.width, self.height) = (width, height) }

    /// *Source*: PNG (third edition), 11.2.1: IHDR is the first chunk; width and height are its first eight bytes,
    /// big-endian.
    ///
    /// - Throws: `DatasetError` for bytes that are no PNG.
    init(png: Data, name: String) throws {
        let head = [UInt8](png.prefix(24))
        guard head.count == 24, head[12..<16].elementsEqual("IHDR".utf8) else {
            throw DatasetError("is no PNG", at: name)
        }
        func number(_ start: Int) -> Int { head[start..<start + 4].reduce(0) { $0 << 8 | Int($1) } }
        (width, height) = (number(16), number(20))
        guard width > 0, height > 0 else { throw DatasetError("is no PNG", at: name) }
    }
}

extension ExportSet.Picture {
    /// The picture's mask: its own, or nothing marked for normal pictures.
    func readMask(_ name: String) throws -> Mask {
        if let mask { return Mask(try Image(bytes: [UInt8](mask()), name: name), above: 127) }
        let size = try PictureSize(png: image(), name: name)
        return Mask(width: size.width, height: size.height)
    }

    /// The mask as PNG; nothing is marked for normal pictures.
    func fullMask(_ name: String) -> ExportSet.Bytes {
        if let mask { return mask }
        return { Data(try readMask(name).png()) }
    }

    /// The soft label as PNG of 16 bits; where there is none, the mask as one.
    func fullSoftLabel(_ name: String) -> ExportSet.Bytes {
        if let softLabel { return softLabel }
        return { Data(try readMask(name).plane.png16()) }
    }
}
