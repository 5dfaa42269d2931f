/// A BMP file in memory.
///
/// *Source*: Microsoft's description of device-independent bitmaps: a file header of 14 bytes, an information header of
/// 12 (OS/2) or 40, 52, 56, 108 and 124 bytes, a palette, rows padded to 4 bytes, bottom row first unless the height is
/// negative. Everything is little-endian. Run-length coding is refused, as are files that hold a PNG or JPEG.
struct BitmapFile {
    private let bytes: UnsafeRawBufferPointer
    private let name: String
    private let width: Int
    private let height: Int
    private let bits: Int
    private let topDown: Bool
    private let start: Int
    /// Red, green, blue for each number; empty above 8 bits.
    private let palette: [[UInt8]]
    /// Where red, green and blue lie in a pixel of 16 or 32 bits.
    private let masks: [UInt32]
    private let isGrey: Bool
    /// Whether the palette is anything else than greys in order, black among them: then numbers mean more than
    /// brightness.
    private let hasPalette: Bool

    static func isOne(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.count >= 18 && bytes[0] == 0x42 && bytes[1] == 0x4D
            && [12, 40, 52, 56, 64, 108, 124].contains(number(bytes, 14, 4))
    }

    /// Reads the headers and the palette.
    ///
    /// - Throws: `ImageError`.
    init(_ bytes: UnsafeRawBufferPointer, name: String, limits: ImageLimits) throws(ImageError) {
        func fail(_ kind: ImageError.Kind, _ reason: String) -> ImageError {
            ImageError(kind, file: name, reason: reason)
        }
        (self.bytes, self.name) = (bytes, name)
        let header = Self.number(bytes, 14, 4), isOld = header == 12
        guard bytes.count >= 14 + header else { throw fail(.corrupt, "the file ends too early") }
        width = isOld ? Self.number(bytes, 18, 2) : Int(Int32(truncatingIfNeeded: Self.number(bytes, 18, 4)))
        let signed = isOld ? Self.number(bytes, 20, 2) : Int(Int32(truncatingIfNeeded: Self.number(bytes, 22, 4)))
        (height, topDown) = (abs(signed), signed < 0)
        bits = Self.number(bytes, isOld ? 24 : 28, 2)
        let compression = isOld ? 0 : Self.number(bytes, 30, 4)
        guard width > 0, height > 0 else { throw fail(.corrupt, "the picture has no pixels") }
        guard width <= limits.side, height <= limits.side else {
            throw fail(.tooLarge, "\(width)x\(height) pixels; at most \(limits.side) a side are read")
        }
        guard width * height <= limits.pixels else {
            throw fail(.tooLarge, "\(width)x\(height) pixels; at most \(limits.pixels) in all are read")
        }
        guard [1, 4, 8, 16, 24, 32].contains(bits) else { throw fail(.unsupported, "BMP with \(bits) bits a pixel") }
        switch compression {
        case 0: masks = bits == 16 ? [0x7C00, 0x03E0, 0x001F] : [0xFF0000, 0xFF00, 0xFF]
        case 1, 2: throw fail(.unsupported, "a run-length coded BMP; save it without compression")
        case 3, 6:
            guard bits == 16 || bits == 32, bytes.count >= 66 else {
                throw fail(.corrupt, "bit masks for \(bits) bits a pixel")
            }
            masks = (0..<3).map { UInt32(Self.number(bytes, 54 + 4 * $0, 4)) }
            let whole = masks.allSatisfy { $0.nonzeroBitCount == 32 - $0.leadingZeroBitCount - $0.trailingZeroBitCount }
            guard whole, !masks.contains(0) else { throw fail(.corrupt, "a bit mask with gaps or without bits") }
        default: throw fail(.unsupported, "BMP with compression \(compression)")
        }
        var table: [[UInt8]] = []
        if bits <= 8 {
            let stated = isOld ? 0 : Self.number(bytes, 46, 4), entry = isOld ? 3 : 4
            let count = stated == 0 ? 1 << bits : stated
            guard count <= 1 << bits, bytes.count >= 14 + header + count * entry else {
                throw fail(.corrupt, "the palette is cut off")
            }
            for index in 0..<count {
                let at = 14 + header + index * entry
                table.append([bytes[at + 2], bytes[at + 1], bytes[at]])
            }
        }
        palette = table
        isGrey = !table.isEmpty && table.allSatisfy { $0[0] == $0[1] && $0[1] == $0[2] }
        let greys = table.map { $0[0] }
        let isRamp = isGrey && greys.contains(0) && (greys == greys.sorted() || greys == greys.sorted(by: >))
        hasPalette = !table.isEmpty && !isRamp
        start = Self.number(bytes, 10, 4)
        guard start >= 14 + header, start + (width * bits + 31) / 32 * 4 * height <= bytes.count else {
            throw fail(.corrupt, "the file ends too early")
        }
    }

    var info: ImageInfo {
        ImageInfo(
            format: .bmp, width: width, height: height, channels: isGrey ? 1 : 3, bitDepth: bits <= 8 ? bits : 8,
            orientation: 1, isLossy: false, hasPalette: hasPalette)
    }

    /// - Parameter asNumbers: the numbers of the palette's colours instead of the colours.
    /// - Throws: `ImageError` for a pixel whose number is not in the palette.
    func pixels(asNumbers: Bool = false) throws(ImageError) -> [UInt8] {
        let stride = (width * bits + 31) / 32 * 4, channels = isGrey || asNumbers ? 1 : 3
        var out = [UInt8](repeating: 0, count: width * height * channels)
        for y in 0..<height {
            let row = start + (topDown ? y : height - 1 - y) * stride
            for x in 0..<width {
                let at = (y * width + x) * channels
                switch bits {
                case 24: for c in 0..<3 { out[at + c] = bytes[row + 3 * x + 2 - c] }
                case 16, 32:
                    let pixel = UInt32(Self.number(bytes, row + x * bits / 8, bits / 8))
                    for c in 0..<3 { out[at + c] = Self.part(pixel, masks[c]) }
                default:
                    let byte = Int(bytes[row + x * bits / 8])
                    let index = byte >> (8 - bits - x * bits % 8) & (1 << bits - 1)
                    guard index < palette.count else {
                        throw ImageError(.corrupt, file: name, reason: "colour \(index) of \(palette.count)")
                    }
                    for c in 0..<channels { out[at + c] = asNumbers ? UInt8(index) : palette[index][c] }
                }
            }
        }
        return out
    }

    /// The bits under a mask, scaled to 0...255.
    private static func part(_ pixel: UInt32, _ mask: UInt32) -> UInt8 {
        let shift = UInt32(mask.trailingZeroBitCount)
        let value = UInt64((pixel & mask) >> shift), most = UInt64(mask >> shift)
        return UInt8((value * 255 + most / 2) / most)
    }

    private static func number(_ bytes: UnsafeRawBufferPointer, _ at: Int, _ count: Int) -> Int {
        (0..<count).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) }
    }
}
