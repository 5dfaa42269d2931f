/// The file formats that are read; PNG and JPEG are written, too.
package enum ImageFormat: String, Sendable, CaseIterable {
    case png, jpeg, tiff, bmp, webp

    /// The format by the file's first bytes, regardless of its name; nil for other formats.
    package init?(signature bytes: UnsafeRawBufferPointer) {
        let starts: [([UInt8], ImageFormat)] = [
            ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], .png), ([0xFF, 0xD8, 0xFF], .jpeg),
            ([0x49, 0x49, 0x2A, 0x00], .tiff), ([0x4D, 0x4D, 0x00, 0x2A], .tiff),
            ([0x49, 0x49, 0x2B, 0x00], .tiff), ([0x4D, 0x4D, 0x00, 0x2B], .tiff),  // files beyond 4 GB
        ]
        if let match = starts.first(where: { bytes.starts(with: $0.0) }) {
            self = match.1
        } else if bytes.count >= 12, bytes.starts(with: Array("RIFF".utf8)),
            bytes[8..<12].elementsEqual(Array("WEBP".utf8))
        {
            self = .webp
        } else if BitmapFile.isOne(bytes) {
            self = .bmp
        } else {
            return nil
        }
    }
}

/// The contents of a file's header.
package struct ImageInfo: Equatable, Sendable {
    package var format: ImageFormat
    package var width: Int
    package var height: Int
    /// Channels of the decoded `Image`: 1, 3 or 4.
    package var channels: Int
    /// Bits a sample in the file: 1, 2, 4, 8 or 16; 32: floating point (TIFF).
    package var bitDepth: Int
    /// EXIF orientation, 1...8; 1 where the file says nothing. Decoding leaves it to the caller (`Image.oriented`,
    /// `PictureReader`).
    package var orientation: Int
    /// Whether the file is compressed with loss (JPEG, most WebP), so that equal pixels may differ after decoding.
    package var isLossy: Bool
    /// Samples are numbers of a palette's colours (PNG, TIFF; BMP unless they are greys in order).
    package var hasPalette: Bool

    /// Width and height after the picture is turned by its orientation.
    package var uprightSize: (width: Int, height: Int) { orientation >= 5 ? (height, width) : (width, height) }

    /// Reads the header, decodes no pixels.
    ///
    /// - Parameter name: what error messages call the file.
    /// - Throws: `ImageError` when the file is not a picture, its header is damaged, or it exceeds the limits.
    package init(bytes: UnsafeRawBufferPointer, name: String, limits: ImageLimits = .standard) throws(ImageError) {
        let format = try Decoder.format(bytes, name)
        self = try Decoder.info(bytes, format, name, limits)
    }

    package init(bytes: [UInt8], name: String, limits: ImageLimits = .standard) throws(ImageError) {
        self = try bytes.withUnsafeBufferPointer { buffer throws(ImageError) in
            try ImageInfo(bytes: UnsafeRawBufferPointer(buffer), name: name, limits: limits)
        }
    }

    package init(contentsOf path: String, limits: ImageLimits = .standard) throws(ImageError) {
        try self.init(bytes: Files.read(path, limit: limits.fileBytes), name: path, limits: limits)
    }

    /// Reads the header, and makes sure that the file is as it was written: a PNG by the checksums of its chunks,
    /// without unpacking its pixels, which takes a fortieth of the time; files of other formats, which have none, by
    /// decoding.
    ///
    /// - Throws: `ImageError` for a file that is cut off or damaged, too.
    package init(checking bytes: [UInt8], name: String, limits: ImageLimits = .standard) throws(ImageError) {
        self = try bytes.withUnsafeBufferPointer { buffer throws(ImageError) in
            let raw = UnsafeRawBufferPointer(buffer), format = try Decoder.format(raw, name)
            guard format == .png else { return try Decoder.pixels(raw, format, name, limits, .eight).info }
            return try Decoder.check(raw, name, limits)
        }
    }
}

extension Image {
    /// Decodes a picture file.
    ///
    /// | in the file | becomes |
    /// |---|---|
    /// | grey of 1, 2, 4 bits | 1 channel, scaled to 0...255 |
    /// | palette | 3 channels; 4 with a tRNS chunk |
    /// | 16 bits a sample | 8: value / 257, rounded (`Plane` keeps 16-bit grey, `PictureReader` scales other ranges) |
    /// | grey with alpha, or with a tRNS chunk | 4 channels: grey three times and alpha |
    /// | interlaced PNG, progressive JPEG | as any other |
    /// | JPEG with four inks | 3 channels, Adobe's inverted inks assumed, as Pillow does |
    /// | TIFF | none, LZW, deflate or PackBits; strips or tiles; grey, palette, RGB, CMYK; 1 to 16 bits; one picture |
    /// | BMP | 1 to 32 bits, not run-length coded; a palette of greys is 1 channel |
    /// | WebP | 3 channels, or 4; no animations |
    /// | EXIF orientation | ignored, see `ImageInfo.orientation` |
    ///
    /// - Parameter name: what error messages call the file.
    /// - Throws: `ImageError`; a file that is cut off or has a wrong checksum is an error, never a half-grey picture.
    package init(bytes: UnsafeRawBufferPointer, name: String, limits: ImageLimits = .standard) throws(ImageError) {
        let format = try Decoder.format(bytes, name)
        let (info, pixels) = try Decoder.pixels(bytes, format, name, limits, .eight)
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
            let info = try Decoder.info(raw, format, name, limits)
            guard format == .png, info.channels == 1 else {
                throw ImageError(.unsupported, file: name, reason: "a soft label is a grey PNG")
            }
            let wide = info.bitDepth == 16
            let pixels = try Decoder.pixels(raw, format, name, limits, wide ? .sixteen : .eight).pixels
            let values: [Float] =
                wide
                ? pixels.withUnsafeBytes { $0.bindMemory(to: UInt16.self).map { Float($0) / 65535 } }
                : pixels.map { Float($0) / 255 }
            return Plane(width: info.width, height: info.height, values: values)
        }
    }

    /// Reads a grey PNG or TIFF of 16 bits as value/65535.
    ///
    /// - Throws: `ImageError`; `unsupported` for a picture of another kind.
    package init(wide bytes: [UInt8], name: String, limits: ImageLimits = .standard) throws(ImageError) {
        let info = try ImageInfo(bytes: bytes, name: name, limits: limits)
        guard info.channels == 1, info.bitDepth == 16 else {
            throw ImageError(.unsupported, file: name, reason: "grey of 16 bits is expected")
        }
        let samples = try PictureReader.samples(bytes, name: name, limits: limits)
        self.init(width: info.width, height: info.height, values: samples.map { Float($0) / 65535 })
    }

    /// Reads a TIFF of one channel of float32, values as they are: the form of MVTec AD's official anomaly maps.
    ///
    /// - Throws: `ImageError`; `unsupported` for a TIFF of another kind.
    package init(tiff bytes: [UInt8], name: String, limits: ImageLimits = .standard) throws(ImageError) {
        self = try bytes.withUnsafeBufferPointer { buffer throws(ImageError) in
            let raw = UnsafeRawBufferPointer(buffer)
            let format = try Decoder.format(raw, name)
            guard format == .tiff else { throw ImageError(.unsupported, file: name, reason: "not a TIFF") }
            let (info, samples) = try Decoder.pixels(raw, format, name, limits, .float)
            let values = samples.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
            return Plane(width: info.width, height: info.height, values: values)
        }
    }

    package init(contentsOf path: String, limits: ImageLimits = .standard) throws(ImageError) {
        try self.init(png: Files.read(path, limit: limits.fileBytes), name: path, limits: limits)
    }
}
