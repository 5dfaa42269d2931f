internal import CImageCodecs
internal import FileSigns

/// Calls the codecs and turns their failures into `ImageError`.
enum Decoder {
    /// The form of each decoded sample.
    enum Samples: Int32 {
        /// Numbers of a palette's colours, one byte each.
        case indices = 0
        case eight = 1
        /// The machine's byte order.
        case sixteen = 2
        case float = 4

        var bytes: Int { max(1, Int(rawValue)) }
    }

    static func format(_ bytes: UnsafeRawBufferPointer, _ name: String) throws(ImageError) -> ImageFormat {
        if let format = ImageFormat(signature: bytes) { return format }
        if let standIn = StandIn(bytes) { throw ImageError(.notAPicture, file: name, reason: standIn.sentence) }
        throw ImageError(
            .notAPicture, file: name, reason: bytes.isEmpty ? "the file is empty" : "its first bytes are others")
    }

    static func info(
        _ bytes: UnsafeRawBufferPointer, _ format: ImageFormat, _ name: String, _ limits: ImageLimits
    ) throws(ImageError) -> ImageInfo {
        if format == .bmp { return try BitmapFile(bytes, name: name, limits: limits).info }
        return try run(bytes, format, name, limits, .eight, pixels: false).info
    }

    /// The header of a PNG whose chunks all have the right checksums.
    static func check(
        _ bytes: UnsafeRawBufferPointer, _ name: String, _ limits: ImageLimits
    ) throws(ImageError) -> ImageInfo {
        var info = imgc_info()
        var limitsForC = limits.forC
        var message = [CChar](repeating: 0, count: Int(IMGC_MESSAGE_SIZE))
        let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        let status = imgc_png_check(start, bytes.count, &limitsForC, &info, &message)
        guard status == imgc_ok else { throw ImageError(status, file: name, message: message) }
        return ImageInfo(format: .png, info)
    }

    /// - Returns: interleaved samples as `Samples` says, rows from top to bottom.
    static func pixels(
        _ bytes: UnsafeRawBufferPointer, _ format: ImageFormat, _ name: String, _ limits: ImageLimits,
        _ samples: Samples
    ) throws(ImageError) -> (info: ImageInfo, pixels: [UInt8]) {
        if format == .bmp {
            let bitmap = try BitmapFile(bytes, name: name, limits: limits)
            guard samples != .indices || bitmap.info.hasPalette else {
                throw ImageError(.unsupported, file: name, reason: "not a BMP with a palette of colours")
            }
            return (bitmap.info, try bitmap.pixels(asNumbers: samples == .indices))
        }
        return try run(bytes, format, name, limits, samples, pixels: true)
    }

    private static func run(
        _ bytes: UnsafeRawBufferPointer, _ format: ImageFormat, _ name: String, _ limits: ImageLimits,
        _ samples: Samples, pixels: Bool
    ) throws(ImageError) -> (info: ImageInfo, pixels: [UInt8]) {
        var info = imgc_info()
        var limitsForC = limits.forC
        var memory: UnsafeMutablePointer<UInt8>?
        var message = [CChar](repeating: 0, count: Int(IMGC_MESSAGE_SIZE))
        let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), count = bytes.count
        let status =
            switch (format, pixels) {
            case (.png, false): imgc_png_probe(start, count, &limitsForC, &info, &message)
            case (.png, true): imgc_png_decode(start, count, &limitsForC, samples.rawValue, &info, &memory, &message)
            case (.jpeg, false): imgc_jpeg_probe(start, count, &limitsForC, &info, &message)
            case (.jpeg, true): imgc_jpeg_decode(start, count, &limitsForC, &info, &memory, &message)
            case (.tiff, false): imgc_tiff_probe(start, count, &limitsForC, &info, &message)
            case (.tiff, true): imgc_tiff_decode(start, count, &limitsForC, samples.rawValue, &info, &memory, &message)
            case (.webp, false): imgc_webp_probe(start, count, &limitsForC, &info, &message)
            case (.webp, true): imgc_webp_decode(start, count, &limitsForC, &info, &memory, &message)
            case (.bmp, _): imgc_unsupported
            }
        defer { imgc_free(memory) }
        guard status == imgc_ok else { throw ImageError(status, file: name, message: message) }
        let found = ImageInfo(format: format, info)
        let size = found.width * found.height * found.channels * samples.bytes
        return (found, pixels ? Array(UnsafeBufferPointer(start: memory, count: size)) : [])
    }
}

extension ImageInfo {
    fileprivate init(format: ImageFormat, _ info: imgc_info) {
        self.init(
            format: format, width: Int(info.width), height: Int(info.height), channels: Int(info.channels),
            bitDepth: Int(info.bit_depth), orientation: Int(info.orientation), isLossy: info.lossy != 0,
            hasPalette: info.palette != 0)
    }

    init(
        format: ImageFormat, width: Int, height: Int, channels: Int, bitDepth: Int, orientation: Int, isLossy: Bool,
        hasPalette: Bool
    ) {
        (self.format, self.width, self.height) = (format, width, height)
        (self.channels, self.bitDepth, self.orientation) = (channels, bitDepth, orientation)
        (self.isLossy, self.hasPalette) = (isLossy, hasPalette)
    }
}

extension ImageError {
    init(_ status: imgc_status, file: String, message: [CChar]) {
        let kind: Kind =
            switch status {
            case imgc_unsupported: .unsupported
            case imgc_too_large: .tooLarge
            case imgc_no_memory: .outOfMemory
            default: .corrupt
            }
        let text = String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        self.init(kind, file: file, reason: text)
    }
}
