internal import CImageCodecs

/// The two file formats that are read and written.
package enum ImageFormat: String, Sendable {
    case png, jpeg

    /// By the file's first bytes, whatever its name says; nil: neither.
    package init?(signature bytes: UnsafeRawBufferPointer) {
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else {
            return nil
        }
    }
}

/// What a file's header says.
package struct ImageInfo: Equatable, Sendable {
    package var format: ImageFormat
    package var width: Int
    package var height: Int
    /// 1, 3 or 4: of `Image` as it will be decoded.
    package var channels: Int
    /// Bits a sample in the file: 1, 2, 4, 8 or 16.
    package var bitDepth: Int
    /// EXIF orientation, 1...8; 1 where the file says nothing. Decoding leaves it to the caller (`Image.oriented`).
    package var orientation: Int

    /// Reads the header, decodes no pixels.
    ///
    /// - Parameter name: what error messages call the file.
    /// - Throws: `ImageError` when it is no picture, damaged in its header, or beyond the limits.
    package init(bytes: UnsafeRawBufferPointer, name: String, limits: ImageLimits = .standard) throws(ImageError) {
        let format = try Decoder.format(bytes, name)
        self = try Decoder.run(bytes, format, name, limits, wide: false, pixels: false).info
    }

    package init(bytes: [UInt8], name: String, limits: ImageLimits = .standard) throws(ImageError) {
        self = try bytes.withUnsafeBufferPointer { buffer throws(ImageError) in
            try ImageInfo(bytes: UnsafeRawBufferPointer(buffer), name: name, limits: limits)
        }
    }

    package init(contentsOf path: String, limits: ImageLimits = .standard) throws(ImageError) {
        try self.init(bytes: Files.read(path, limit: limits.fileBytes), name: path, limits: limits)
    }
}

extension Image {
    /// Decodes a PNG or JPEG file.
    ///
    /// | in the file | becomes |
    /// |---|---|
    /// | grey of 1, 2, 4 bits | 1 channel, scaled to 0...255 |
    /// | palette | 3 channels; 4 with a tRNS chunk |
    /// | 16 bits a sample | 8, rounded (`Plane` keeps 16-bit grey) |
    /// | grey with alpha, or with a tRNS chunk | 4 channels: grey three times and alpha |
    /// | interlaced PNG, progressive JPEG | as any other |
    /// | JPEG with four inks | 3 channels, Adobe's inverted inks assumed, as Pillow does |
    /// | EXIF orientation | ignored, see `ImageInfo.orientation` |
    ///
    /// - Parameter name: what error messages call the file.
    /// - Throws: `ImageError`; a file that is cut off or has a wrong checksum is an error, never a half-grey picture.
    package init(bytes: UnsafeRawBufferPointer, name: String, limits: ImageLimits = .standard) throws(ImageError) {
        let format = try Decoder.format(bytes, name)
        let (info, pixels) = try Decoder.run(bytes, format, name, limits, wide: false, pixels: true)
        self.init(width: info.width, height: info.height, channels: info.channels, pixels: pixels)
    }

    package init(bytes: [UInt8], name: String, limits: ImageLimits = .standard) throws(ImageError) {
        self = try bytes.withUnsafeBufferPointer { buffer throws(ImageError) in
            try Image(bytes: UnsafeRawBufferPointer(buffer), name: name, limits: limits)
        }
    }

    package init(contentsOf path: String, limits: ImageLimits = .standard) throws(ImageError) {
        try self.init(bytes: Files.read(path, limit: limits.fileBytes), name: path, limits: limits)
    }
}

extension Mask {
    /// Reads a mask file: 1 where any colour channel is above `level`.
    ///
    /// - Parameter level: 127 for foreground masks, 0 for label maps such as VisA's (values 1...9).
    package init(contentsOf path: String, above level: UInt8, limits: ImageLimits = .standard) throws(ImageError) {
        self.init(try Image(contentsOf: path, limits: limits), above: level)
    }
}

extension Plane {
    /// Reads a grey PNG as 0...1: 16 bits as value/65535, fewer as value/255 after scaling to 8.
    ///
    /// - Throws: `ImageError`; `unsupported` when the file has colours or alpha or is no PNG.
    package init(png bytes: [UInt8], name: String, limits: ImageLimits = .standard) throws(ImageError) {
        self = try bytes.withUnsafeBufferPointer { buffer throws(ImageError) in
            let raw = UnsafeRawBufferPointer(buffer)
            let format = try Decoder.format(raw, name)
            let info = try Decoder.run(raw, format, name, limits, wide: false, pixels: false).info
            guard format == .png, info.channels == 1 else {
                throw ImageError(.unsupported, file: name, reason: "a soft label is a grey PNG")
            }
            let wide = info.bitDepth == 16
            let pixels = try Decoder.run(raw, format, name, limits, wide: wide, pixels: true).pixels
            let values: [Float] =
                wide
                ? pixels.withUnsafeBytes { $0.bindMemory(to: UInt16.self).map { Float($0) / 65535 } }
                : pixels.map { Float($0) / 255 }
            return Plane(width: info.width, height: info.height, values: values)
        }
    }

    package init(contentsOf path: String, limits: ImageLimits = .standard) throws(ImageError) {
        try self.init(png: Files.read(path, limit: limits.fileBytes), name: path, limits: limits)
    }
}

private enum Decoder {
    static func format(_ bytes: UnsafeRawBufferPointer, _ name: String) throws(ImageError) -> ImageFormat {
        if let format = ImageFormat(signature: bytes) { return format }
        throw ImageError(
            .notAPicture, file: name, reason: bytes.isEmpty ? "the file is empty" : "its first bytes are others")
    }

    static func run(
        _ bytes: UnsafeRawBufferPointer, _ format: ImageFormat, _ name: String, _ limits: ImageLimits, wide: Bool,
        pixels: Bool
    ) throws(ImageError) -> (info: ImageInfo, pixels: [UInt8]) {
        var info = imgc_info()
        var limitsForC = limits.forC
        var memory: UnsafeMutablePointer<UInt8>?
        var message = [CChar](repeating: 0, count: Int(IMGC_MESSAGE_SIZE))
        let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        let status =
            switch (format, pixels) {
            case (.png, false): imgc_png_probe(start, bytes.count, &limitsForC, &info, &message)
            case (.png, true): imgc_png_decode(start, bytes.count, &limitsForC, wide ? 2 : 1, &info, &memory, &message)
            case (.jpeg, false): imgc_jpeg_probe(start, bytes.count, &limitsForC, &info, &message)
            case (.jpeg, true): imgc_jpeg_decode(start, bytes.count, &limitsForC, &info, &memory, &message)
            }
        defer { imgc_free(memory) }
        guard status == imgc_ok else { throw ImageError(status, file: name, message: message) }
        let found = ImageInfo(
            format: format, width: Int(info.width), height: Int(info.height), channels: Int(info.channels),
            bitDepth: Int(info.bit_depth), orientation: Int(info.orientation))
        let count = found.width * found.height * found.channels * (wide ? 2 : 1)
        return (found, pixels ? Array(UnsafeBufferPointer(start: memory, count: count)) : [])
    }
}

extension ImageInfo {
    fileprivate init(format: ImageFormat, width: Int, height: Int, channels: Int, bitDepth: Int, orientation: Int) {
        (self.format, self.width, self.height) = (format, width, height)
        (self.channels, self.bitDepth, self.orientation) = (channels, bitDepth, orientation)
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
