/// Which stored values become black and white: `lower` and everything below 0, `upper` and everything above 255.
package struct SampleRange: Sendable, Equatable, Hashable, Codable, CustomStringConvertible {
    package let lower: Int
    package let upper: Int

    /// - Returns: nil unless 0 ≤ lower < upper ≤ 65535.
    package init?(lower: Int, upper: Int) {
        guard 0 <= lower, lower < upper, upper <= 65535 else { return nil }
        (self.lower, self.upper) = (lower, upper)
    }

    private init(bits: Int) { (lower, upper) = (0, 1 << bits - 1) }

    /// Everything that 16 bits hold.
    package static let full = SampleRange(bits: 16)

    /// The presumed range of the sensor behind 16-bit samples: the narrowest of 8, 10, 12, 14 and 16 bits that holds
    /// the largest sample. Cameras of 10 and 12 bits leave the upper bits of 16 empty, so the full range would make
    /// their pictures black.
    package static func holding(_ largest: Int) -> SampleRange {
        SampleRange(bits: [8, 10, 12, 14].first { largest < 1 << $0 } ?? 16)
    }

    package var description: String { "\(lower)…\(upper)" }

    /// 0...255, rounded to nearest.
    func scaled(_ value: UInt16) -> UInt8 {
        let inside = min(max(Int(value), lower), upper) - lower, span = upper - lower
        return UInt8((inside * 255 + span / 2) / span)
    }
}

/// Reads a data set's pictures for viewing: upright, with 16-bit samples scaled by their real range.
///
/// `Image.init` decodes the stored pixels without turning them, and takes 16 bits as 0…65535; this type is for files of
/// unknown origin.
package struct PictureReader: Sendable {
    /// The range that 16-bit samples are scaled by. The same for all pictures of a category; a range for each would
    /// make dark pictures bright.
    package var range: SampleRange
    package var limits: ImageLimits

    package init(range: SampleRange = .full, limits: ImageLimits = .standard) {
        (self.range, self.limits) = (range, limits)
    }

    /// The picture, 8 bits a sample.
    ///
    /// - Parameter turned: whether to turn the picture by the file's orientation (JPEG's EXIF, PNG's eXIf, TIFF's tag,
    ///   WebP's EXIF).
    /// - Throws: `ImageError`.
    package func read(_ bytes: [UInt8], name: String, turned: Bool = true) throws(ImageError) -> Image {
        let info = try ImageInfo(bytes: bytes, name: name, limits: limits)
        let stored: Image
        if info.bitDepth == 16, range != .full {
            let samples = try Self.samples(bytes, name: name, limits: limits)
            stored = Image(
                width: info.width, height: info.height, channels: info.channels, pixels: samples.map(range.scaled))
        } else {
            stored = try Image(bytes: bytes, name: name, limits: limits)
        }
        return turned ? stored.oriented(exif: info.orientation) : stored
    }

    /// The largest sample of a 16-bit picture, and the level that all but a thousandth of its samples reach at most.
    /// Alpha is left out; decodes all of it.
    ///
    /// - Throws: `ImageError`; `unsupported` for a picture of other bits.
    package static func extent(
        _ bytes: [UInt8], name: String, limits: ImageLimits = .standard
    ) throws(ImageError) -> (largest: Int, nearlyAll: Int) {
        let counts = try counts(bytes, name: name, limits: limits)
        var (left, level) = (counts.reduce(0, +) / 1000, 65535)
        while level > 0, counts[level] <= left {
            left -= counts[level]
            level -= 1
        }
        return (counts.lastIndex { $0 > 0 } ?? 0, level)
    }

    /// The share, 0…1, of a 16-bit picture's samples that a range makes black or white. Alpha is left out; decodes all
    /// of it.
    ///
    /// - Throws: `ImageError`; `unsupported` for a picture of other bits.
    package static func share(
        outside range: SampleRange, of bytes: [UInt8], name: String, limits: ImageLimits = .standard
    ) throws(ImageError) -> Double {
        let counts = try counts(bytes, name: name, limits: limits), total = counts.reduce(0, +)
        let inside = counts[range.lower...range.upper].reduce(0, +)
        return Double(total - inside) / Double(max(1, total))
    }

    /// How often each of the 65,536 values occurs, alpha left out.
    private static func counts(_ bytes: [UInt8], name: String, limits: ImageLimits) throws(ImageError) -> [Int] {
        let channels = try ImageInfo(bytes: bytes, name: name, limits: limits).channels
        var counts = [Int](repeating: 0, count: 65536)
        for (index, sample) in try samples(bytes, name: name, limits: limits).enumerated()
        where channels != 4 || index % 4 != 3 {
            counts[Int(sample)] += 1
        }
        return counts
    }

    /// All 16-bit samples, interleaved.
    static func samples(_ bytes: [UInt8], name: String, limits: ImageLimits) throws(ImageError) -> [UInt16] {
        try bytes.withUnsafeBufferPointer { buffer throws(ImageError) in
            let raw = UnsafeRawBufferPointer(buffer)
            let wide = try Decoder.pixels(raw, Decoder.format(raw, name), name, limits, .sixteen).pixels
            return wide.withUnsafeBytes { Array($0.bindMemory(to: UInt16.self)) }
        }
    }
}
