internal import CImageCodecs

extension Image {
    /// The picture as an 8-bit PNG. The bytes depend on the pixels and on the linked libpng and zlib alone.
    package func png() throws(ImageError) -> [UInt8] {
        try encodePNG(pixels, width, height, channels, sampleBytes: 1, filtered: true)
    }

    /// The picture as a baseline JPEG, chroma at half resolution; alpha is dropped.
    ///
    /// - Parameter quality: 1...100, libjpeg's scale.
    package func jpeg(quality: Int = 95) throws(ImageError) -> [UInt8] {
        precondition((1...100).contains(quality))
        let source = channels == 4 ? rgb() : self
        return try collect("JPEG") { bytes, count, message in
            imgc_jpeg_encode(
                source.pixels, UInt32(width), UInt32(height), UInt32(source.channels), Int32(quality), bytes, count,
                message)
        }
    }

    package func write(png path: String) throws(ImageError) { try Files.write(png(), to: path) }
    package func write(jpeg path: String, quality: Int = 95) throws(ImageError) {
        try Files.write(jpeg(quality: quality), to: path)
    }
}

extension Mask {
    /// The mask as an 8-bit grey PNG of 0 and 255.
    package func png() throws(ImageError) -> [UInt8] {
        try encodePNG(image.pixels, width, height, 1, sampleBytes: 1, filtered: false)
    }

    package func write(png path: String) throws(ImageError) { try Files.write(png(), to: path) }
}

extension Plane {
    /// The plane as a 16-bit grey PNG: values are cut to 0...1, times 65535, rounded to nearest; NaN becomes 0.
    package func png16() throws(ImageError) -> [UInt8] {
        let samples = values.map { UInt16(($0.isNaN ? 0 : min(max($0, 0), 1)) * 65535 + 0.5) }
        let bytes = samples.withUnsafeBytes { Array($0) }
        return try encodePNG(bytes, width, height, 1, sampleBytes: 2, filtered: true)
    }

    package func write(png16 path: String) throws(ImageError) { try Files.write(png16(), to: path) }
}

private func encodePNG(
    _ samples: [UInt8], _ width: Int, _ height: Int, _ channels: Int, sampleBytes: Int, filtered: Bool
) throws(ImageError) -> [UInt8] {
    try collect("PNG") { bytes, count, message in
        imgc_png_encode(
            samples, UInt32(width), UInt32(height), UInt32(channels), Int32(sampleBytes), filtered ? 1 : 0, bytes,
            count, message)
    }
}

/// Runs an encoder and takes over what it made.
private func collect(
    _ what: String,
    _ encode: (
        UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>, UnsafeMutablePointer<Int>, UnsafeMutablePointer<CChar>
    )
        -> imgc_status
) throws(ImageError) -> [UInt8] {
    var memory: UnsafeMutablePointer<UInt8>?
    var count = 0
    var message = [CChar](repeating: 0, count: Int(IMGC_MESSAGE_SIZE))
    let status = encode(&memory, &count, &message)
    defer { imgc_free(memory) }
    guard status == imgc_ok else { throw ImageError(status, file: "encoding \(what)", message: message) }
    return Array(UnsafeBufferPointer(start: memory, count: count))
}
