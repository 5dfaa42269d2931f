/// A picture of 8-bit samples, interleaved: `[height, width, channels]`, 0...255, rows from top to bottom.
///
/// Channels are 1 (grey), 3 (red, green, blue) or 4 (with alpha, not premultiplied), as the file has them. Colour
/// profiles and gamma are ignored: samples are taken as stored, as Pillow and OpenCV do.
package struct Image: Equatable, Sendable {
    package let width: Int
    package let height: Int
    package let channels: Int
    package var pixels: [UInt8]

    /// - Precondition: sizes are positive, `channels` is 1, 3 or 4, and `pixels` has one sample for each.
    package init(width: Int, height: Int, channels: Int, pixels: [UInt8]) {
        precondition(
            width > 0 && height > 0 && [1, 3, 4].contains(channels) && pixels.count == width * height * channels)
        (self.width, self.height, self.channels, self.pixels) = (width, height, channels, pixels)
    }

    /// A picture of one colour; `colour` has one value per channel.
    package init(width: Int, height: Int, colour: [UInt8]) {
        var pixels: [UInt8] = []
        pixels.reserveCapacity(width * height * colour.count)
        if colour.count == 1 {
            pixels = [UInt8](repeating: colour[0], count: width * height)
        } else {
            for _ in 0..<width * height { pixels += colour }
        }
        self.init(width: width, height: height, channels: colour.count, pixels: pixels)
    }

    /// The sample of one channel at column `x`, row `y`. For single look-ups; loops use `pixels` through its buffer.
    package subscript(x: Int, y: Int, channel: Int = 0) -> UInt8 {
        get { pixels[(y * width + x) * channels + channel] }
        set { pixels[(y * width + x) * channels + channel] = newValue }
    }
}

extension Image {
    /// Three channels: grey is repeated, alpha is dropped (not blended: the colour below it stays).
    package func rgb() -> Image {
        if channels == 3 { return self }
        let out = [UInt8](unsafeUninitializedCapacity: width * height * 3) { out, count in
            pixels.withUnsafeBufferPointer { source in
                for i in 0..<width * height {
                    for c in 0..<3 { out[3 * i + c] = source[channels == 1 ? i : channels * i + c] }
                }
            }
            count = width * height * 3
        }
        return Image(width: width, height: height, channels: 3, pixels: out)
    }

    /// One channel: luma by ITU-R BT.601 in 16-bit fixed point, (19595 R + 38470 G + 7471 B + 32768) / 65536, which is
    /// what Pillow's `convert("L")` computes; alpha is dropped.
    package func grey() -> Image {
        if channels == 1 { return self }
        let out = [UInt8](unsafeUninitializedCapacity: width * height) { out, count in
            pixels.withUnsafeBufferPointer { source in
                for i in 0..<width * height {
                    let at = channels * i
                    let red = UInt32(source[at]), green = UInt32(source[at + 1]), blue = UInt32(source[at + 2])
                    out[i] = UInt8(truncatingIfNeeded: (19595 * red + 38470 * green + 7471 * blue + 32768) >> 16)
                }
            }
            count = width * height
        }
        return Image(width: width, height: height, channels: 1, pixels: out)
    }

    /// One channel of the picture as a grey picture.
    package func channel(_ index: Int) -> Image {
        precondition((0..<channels).contains(index))
        if channels == 1 { return self }
        let out = [UInt8](unsafeUninitializedCapacity: width * height) { out, count in
            pixels.withUnsafeBufferPointer { source in
                for i in 0..<width * height { out[i] = source[channels * i + index] }
            }
            count = width * height
        }
        return Image(width: width, height: height, channels: 1, pixels: out)
    }

    /// The picture turned as an EXIF orientation (1...8) asks for; other values leave it as it is.
    ///
    /// Decoding never does this by itself: masks carry no EXIF, so picture and mask agree in stored order only.
    package func oriented(exif orientation: Int) -> Image {
        guard (2...8).contains(orientation) else { return self }
        let swaps = orientation >= 5
        let (outWidth, outHeight) = swaps ? (height, width) : (width, height)
        var out = [UInt8](repeating: 0, count: pixels.count)
        for y in 0..<outHeight {
            for x in 0..<outWidth {
                // Where the pixel comes from (Exif 2.3, 4.6.4: which stored side the 0th row and column are).
                let (sx, sy): (Int, Int) =
                    switch orientation {
                    case 2: (width - 1 - x, y)
                    case 3: (width - 1 - x, height - 1 - y)
                    case 4: (x, height - 1 - y)
                    case 5: (y, x)
                    case 6: (y, height - 1 - x)
                    case 7: (width - 1 - y, height - 1 - x)
                    default: (width - 1 - y, x)
                    }
                for c in 0..<channels {
                    out[(y * outWidth + x) * channels + c] = pixels[(sy * width + sx) * channels + c]
                }
            }
        }
        return Image(width: outWidth, height: outHeight, channels: channels, pixels: out)
    }
}
