/// How much is added on each side, pixels.
package struct Padding: Equatable, Sendable {
    package var left: Int
    package var top: Int
    package var right: Int
    package var bottom: Int

    package init(left: Int = 0, top: Int = 0, right: Int = 0, bottom: Int = 0) {
        precondition(left >= 0 && top >= 0 && right >= 0 && bottom >= 0)
        (self.left, self.top, self.right, self.bottom) = (left, top, right, bottom)
    }
}

extension Image {
    /// Adds pixels on each side by repeating the outermost ones.
    package func paddedByEdge(_ padding: Padding) -> Image {
        let newWidth = width + padding.left + padding.right, newHeight = height + padding.top + padding.bottom
        var out = [UInt8](repeating: 0, count: newWidth * newHeight * channels)
        out.withUnsafeMutableBufferPointer { out in
            pixels.withUnsafeBufferPointer { source in
                for y in 0..<newHeight {
                    let row = min(max(y - padding.top, 0), height - 1) * width
                    for x in 0..<newWidth {
                        let from = (row + min(max(x - padding.left, 0), width - 1)) * channels
                        let to = (y * newWidth + x) * channels
                        for c in 0..<channels { out[to + c] = source[from + c] }
                    }
                }
            }
        }
        return Image(width: newWidth, height: newHeight, channels: channels, pixels: out)
    }

    /// The rectangle of that size whose upper left pixel is (`x`, `y`).
    package func cropped(x: Int, y: Int, width newWidth: Int, height newHeight: Int) -> Image {
        Image(
            width: newWidth, height: newHeight, channels: channels,
            pixels: rectangle(
                pixels, rowLength: width * channels, rows: height, x * channels, y, newWidth * channels, newHeight))
    }
}

extension Mask {
    /// Adds pixels on each side that don't belong.
    package func padded(_ padding: Padding) -> Mask {
        var out = Mask(width: width + padding.left + padding.right, height: height + padding.top + padding.bottom)
        for y in 0..<height {
            let to = (y + padding.top) * out.width + padding.left
            out.values.replaceSubrange(to..<to + width, with: values[y * width..<(y + 1) * width])
        }
        return out
    }

    package func cropped(x: Int, y: Int, width newWidth: Int, height newHeight: Int) -> Mask {
        Mask(
            width: newWidth, height: newHeight,
            values: rectangle(values, rowLength: width, rows: height, x, y, newWidth, newHeight))
    }
}

extension Plane {
    package func cropped(x: Int, y: Int, width newWidth: Int, height newHeight: Int) -> Plane {
        Plane(
            width: newWidth, height: newHeight,
            values: rectangle(values, rowLength: width, rows: height, x, y, newWidth, newHeight))
    }
}

private func rectangle<Element>(
    _ values: [Element], rowLength: Int, rows: Int, _ x: Int, _ y: Int, _ length: Int, _ height: Int
) -> [Element] {
    precondition(x >= 0 && y >= 0 && length > 0 && height > 0 && x + length <= rowLength && y + height <= rows)
    var out: [Element] = []
    out.reserveCapacity(length * height)
    for row in y..<y + height { out += values[row * rowLength + x..<row * rowLength + x + length] }
    return out
}
