extension Plane {
    /// Bilinear with half-pixel centres, no antialiasing: equal to torch's `interpolate(mode: "bilinear",
    /// align_corners: false)`.
    package func resizedBilinear(width newWidth: Int, height newHeight: Int) -> Plane {
        precondition(newWidth > 0 && newHeight > 0)
        if newWidth == width && newHeight == height { return self }
        let columns = Self.bilinearTaps(width, newWidth), rows = Self.bilinearTaps(height, newHeight)
        let out = [Float](unsafeUninitializedCapacity: newWidth * newHeight) { out, count in
            values.withUnsafeBufferPointer { source in
                for y in 0..<newHeight {
                    let row = rows[y], upper = row.low * width, lower = row.high * width
                    for x in 0..<newWidth {
                        let column = columns[x]
                        let above =
                            source[upper + column.low] * (1 - column.share) + source[upper + column.high] * column.share
                        let below =
                            source[lower + column.low] * (1 - column.share) + source[lower + column.high] * column.share
                        out[y * newWidth + x] = above * (1 - row.share) + below * row.share
                    }
                }
            }
            count = newWidth * newHeight
        }
        return Plane(width: newWidth, height: newHeight, values: out)
    }

    private static func bilinearTaps(_ size: Int, _ newSize: Int) -> [(low: Int, high: Int, share: Float)] {
        let scale = Float(size) / Float(newSize)
        return (0..<newSize).map { target in
            let position = max(0, scale * (Float(target) + 0.5) - 0.5)
            let low = min(Int(position), size - 1)
            return (low, min(low + 1, size - 1), position - Float(low))
        }
    }
}

extension Image {
    /// The pixel under each target pixel's centre, as Pillow's NEAREST and torch's `nearest-exact`.
    package func resizedNearest(width newWidth: Int, height newHeight: Int) -> Image {
        precondition(newWidth > 0 && newHeight > 0)
        let columns = nearest(width, newWidth), rows = nearest(height, newHeight)
        var out: [UInt8] = []
        out.reserveCapacity(newWidth * newHeight * channels)
        for y in rows {
            for x in columns {
                let at = (y * width + x) * channels
                for c in 0..<channels { out.append(pixels[at + c]) }
            }
        }
        return Image(width: newWidth, height: newHeight, channels: channels, pixels: out)
    }
}

extension Mask {
    package func resizedNearest(width newWidth: Int, height newHeight: Int) -> Mask {
        precondition(newWidth > 0 && newHeight > 0)
        let columns = nearest(width, newWidth), rows = nearest(height, newHeight)
        let out = rows.flatMap { y in columns.map { values[y * width + $0] } }
        return Mask(width: newWidth, height: newHeight, values: out)
    }

    /// Share of each target cell's area that belongs to the mask, 0...1, exact for any ratio of sizes.
    package func areaAveraged(width newWidth: Int, height newHeight: Int) -> Plane {
        let total = Double(width * height)
        return Plane(
            width: newWidth, height: newHeight, values: areaSums(newWidth, newHeight).map { Float(Double($0) / total) })
    }

    /// 1 where at least half of the target cell's area belongs to the mask; decided in whole numbers.
    package func resizedByArea(width newWidth: Int, height newHeight: Int) -> Mask {
        if newWidth == width && newHeight == height { return self }
        let total = width * height
        return Mask(
            width: newWidth, height: newHeight, values: areaSums(newWidth, newHeight).map { 2 * $0 >= total ? 1 : 0 })
    }

    /// Covered area of each target cell in units where a cell has `width * height`: along each axis a source pixel i
    /// spans [i * new, (i + 1) * new) and a target cell j spans [j * old, (j + 1) * old).
    private func areaSums(_ newWidth: Int, _ newHeight: Int) -> [Int] {
        precondition(newWidth > 0 && newHeight > 0)
        var sums = [Int](repeating: 0, count: newWidth * newHeight)
        let columns = overlaps(width, newWidth), rows = overlaps(height, newHeight)
        var line = [Int](repeating: 0, count: newWidth)
        values.withUnsafeBufferPointer { source in
            for y in 0..<height {
                for j in 0..<newWidth { line[j] = 0 }
                for x in 0..<width where source[y * width + x] != 0 {
                    for part in columns[x] { line[part.cell] += part.length }
                }
                for part in rows[y] {
                    for j in 0..<newWidth { sums[part.cell * newWidth + j] += line[j] * part.length }
                }
            }
        }
        return sums
    }
}

/// Centres: target j looks at floor((j + 1/2) * old / new), in whole numbers.
private func nearest(_ size: Int, _ newSize: Int) -> [Int] {
    (0..<newSize).map { (2 * $0 + 1) * size / (2 * newSize) }
}

/// For each source pixel the target cells it overlaps and by how much.
private func overlaps(_ size: Int, _ newSize: Int) -> [[(cell: Int, length: Int)]] {
    (0..<size).map { pixel in
        let start = pixel * newSize, end = start + newSize
        return (start / size...(end - 1) / size).map { cell in
            (cell, min(end, (cell + 1) * size) - max(start, cell * size))
        }
    }
}
