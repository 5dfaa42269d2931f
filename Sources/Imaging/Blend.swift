extension Mask {
    /// 1 on the mask, falling in a straight line to 0 at `reach` pixels (Euclidean) from it.
    ///
    /// - Precondition: `reach` ≥ 1.
    package func feathered(_ reach: Int) -> Plane {
        precondition(reach >= 1)
        var share = Plane(width: width, height: height)
        guard let box = boundingBox?.widened(by: reach, width: width, height: height) else { return share }
        // First along the rows: pixels to the nearest marked one of the same row. Then, for each pixel, the nearest over
        // all rows within reach.
        let far = reach + 1
        let inRow = rowDistances(in: box, far: far)
        for y in box.y..<box.y + box.height {
            for x in box.x..<box.x + box.width {
                var nearest = far * far
                for row in max(box.y, y - reach)...min(box.y + box.height - 1, y + reach) {
                    let across = inRow[(row - box.y) * box.width + x - box.x]
                    nearest = min(nearest, across * across + (row - y) * (row - y))
                }
                share[x, y] = max(0, 1 - Float(nearest).squareRoot() / Float(reach))
            }
        }
        return share
    }

    private func rowDistances(in box: PixelWindow, far: Int) -> [Int] {
        var distances = [Int](repeating: far, count: box.width * box.height)
        for row in 0..<box.height {
            var last = far
            for column in 0..<box.width {
                last = self[box.x + column, box.y + row] ? 0 : min(far, last + 1)
                distances[row * box.width + column] = last
            }
            last = far
            for column in (0..<box.width).reversed() {
                last = self[box.x + column, box.y + row] ? 0 : min(far, last + 1)
                distances[row * box.width + column] = min(last, distances[row * box.width + column])
            }
        }
        return distances
    }

    /// The smallest window around all pixels that belong; nil where none does.
    package var boundingBox: PixelWindow? {
        var (left, right, top, bottom) = (width, -1, height, -1)
        for y in 0..<height {
            for x in 0..<width where values[y * width + x] != 0 {
                (left, right) = (min(left, x), max(right, x))
                (top, bottom) = (min(top, y), y)
            }
        }
        return right < 0 ? nil : PixelWindow(x: left, y: top, width: right - left + 1, height: bottom - top + 1)
    }
}

extension PixelWindow {
    /// - Parameters:
    ///   - margin: pixels to add on each side, as far as the picture goes.
    ///   - width: of the picture.
    package func widened(by margin: Int, width: Int, height: Int) -> PixelWindow {
        let (left, top) = (max(0, x - margin), max(0, y - margin))
        let (right, bottom) = (min(width, x + self.width + margin), min(height, y + self.height + margin))
        return PixelWindow(x: left, y: top, width: right - left, height: bottom - top)
    }
}

extension Image {
    /// This picture with another one put into a window of it, pixel by pixel by a share: 0 keeps this picture's sample
    /// exactly, 1 takes the other's exactly.
    ///
    /// - Parameter share: of the other picture's size, each in [0, 1].
    /// - Precondition: the window fits and has the other's size; both have the same channels.
    package func blended(with other: Image, share: Plane, at window: PixelWindow) -> Image {
        precondition(window.fits(width: width, height: height) && channels == other.channels)
        precondition(other.width == window.width && other.height == window.height)
        precondition(share.width == window.width && share.height == window.height)
        var result = self
        for row in 0..<window.height {
            for column in 0..<window.width {
                let a = share.values[row * window.width + column]
                guard a > 0 else { continue }
                let here = ((window.y + row) * width + window.x + column) * channels
                let there = (row * window.width + column) * channels
                for c in 0..<channels {
                    let (before, after) = (Float(pixels[here + c]), Float(other.pixels[there + c]))
                    result.pixels[here + c] = UInt8((before + a * (after - before)).rounded())
                }
            }
        }
        return result
    }
}
