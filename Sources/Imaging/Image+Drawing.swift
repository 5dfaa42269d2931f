extension Image {
    /// Lays another picture over this one, its upper left corner at (`x`, `y`); parts outside this picture are cut off.
    ///
    /// - Precondition: this picture has 3 channels; the other may have any (alpha is dropped).
    package mutating func place(_ other: Image, x: Int, y: Int) {
        precondition(channels == 3)
        let source = other.rgb()
        let columns = max(0, -x)..<max(max(0, -x), min(source.width, width - x))
        for row in 0..<source.height where (0..<height).contains(y + row) {
            let from = row * source.width * 3, to = ((y + row) * width + x) * 3
            for i in columns.lowerBound * 3..<columns.upperBound * 3 { pixels[to + i] = source.pixels[from + i] }
        }
    }

    /// Writes a line of text, its upper left corner at (`x`, `y`), 6 x 7 pixels a letter times `scale`.
    package mutating func write(_ text: String, x: Int, y: Int, colour: Colour, scale: Int = 1) {
        precondition(channels == 3 && scale >= 1)
        for (number, character) in text.enumerated() {
            for (row, bits) in BitmapFont.rows(of: character).enumerated() {
                for column in 0..<BitmapFont.width where bits >> (BitmapFont.width - 1 - column) & 1 == 1 {
                    for dy in 0..<scale {
                        for dx in 0..<scale {
                            set(x + (number * BitmapFont.advance + column) * scale + dx, y + row * scale + dy, colour)
                        }
                    }
                }
            }
        }
    }

    /// The picture in colour with the mask's outline drawn on it.
    ///
    /// - Parameter thickness: pixels, drawn inwards from the mask's edge.
    package func outlining(_ mask: Mask, colour: Colour = .red, thickness: Int = 1) -> Image {
        precondition(mask.width == width && mask.height == height && thickness >= 1)
        var out = rgb()
        let inner = mask.eroded(2 * thickness + 1)
        for i in mask.values.indices where mask.values[i] != 0 && inner.values[i] == 0 {
            (out.pixels[3 * i], out.pixels[3 * i + 1], out.pixels[3 * i + 2]) = (colour.red, colour.green, colour.blue)
        }
        return out
    }

    /// The picture mixed with another of its size: `share` of the other.
    package func mixed(with other: Image, share: Double) -> Image {
        precondition(other.width == width && other.height == height)
        let (a, b) = (rgb(), other.rgb())
        let weight = Int((min(max(share, 0), 1) * 256).rounded())
        let pixels = zip(a.pixels, b.pixels).map { UInt8((Int($0) * (256 - weight) + Int($1) * weight + 128) >> 8) }
        return Image(width: width, height: height, channels: 3, pixels: pixels)
    }

    /// The largest size of the same shape that fits into `width` x `height`, made by Lanczos; never enlarged.
    package func thumbnail(width boxWidth: Int, height boxHeight: Int) -> Image {
        let scale = min(1, Double(boxWidth) / Double(width), Double(boxHeight) / Double(height))
        return resized(
            width: max(1, Int((Double(width) * scale).rounded())),
            height: max(1, Int((Double(height) * scale).rounded())),
            filter: .lanczos)
    }

    private mutating func set(_ x: Int, _ y: Int, _ colour: Colour) {
        guard (0..<width).contains(x), (0..<height).contains(y) else { return }
        let at = (y * width + x) * 3
        (pixels[at], pixels[at + 1], pixels[at + 2]) = (colour.red, colour.green, colour.blue)
    }
}
