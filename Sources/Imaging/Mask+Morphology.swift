extension Mask {
    /// 1 where any pixel of the `size` x `size` square around the pixel belongs.
    ///
    /// - Parameter reach: how far the square goes left of and above the pixel; `size / 2` unless told otherwise.
    package func dilated(_ size: Int, reach: Int? = nil) -> Mask {
        precondition(size >= 1)
        return square(size, reach ?? size / 2) { inside, _ in inside > 0 }
    }

    /// 1 where all pixels of the square that lie inside the picture belong.
    package func eroded(_ size: Int, reach: Int? = nil) -> Mask {
        precondition(size >= 1)
        return square(size, reach ?? size / 2) { inside, window in inside == window }
    }

    /// Dilation, then erosion by the mirrored square: gaps narrower than `size` close, nothing else changes.
    ///
    /// Mirroring only matters for even sizes; OpenCV doesn't mirror, so its result is one pixel off there.
    package func closed(_ size: Int) -> Mask { dilated(size).eroded(size, reach: size - 1 - size / 2) }

    /// Erosion, then dilation by the mirrored square: parts narrower than `size` disappear.
    package func opened(_ size: Int) -> Mask { eroded(size).dilated(size, reach: size - 1 - size / 2) }

    /// Windows of `size` pixels along rows, then along columns; `decide(inside, window)` gets how many pixels of the
    /// window belong and how many lie in the picture.
    private func square(_ size: Int, _ reach: Int, _ decide: (Int, Int) -> Bool) -> Mask {
        if size == 1 { return self }
        var out = [UInt8](repeating: 0, count: values.count)
        out.withUnsafeMutableBufferPointer { out in
            values.withUnsafeBufferPointer { source in
                for y in 0..<height { slide(source, out, start: y * width, length: width, size, reach, decide) }
            }
        }
        var result = self
        result.values.withUnsafeMutableBufferPointer { target in
            out.withUnsafeBufferPointer { source in
                // Columns are counted side by side, so that memory is read along rows.
                withUnsafeTemporaryAllocation(of: Int.self, capacity: width) { inside in
                    inside.update(repeating: 0)
                    var (from, to) = (0, 0)  // rows now counted: from..<to
                    for y in 0..<height {
                        while to < min(height, y - reach + size) {
                            for x in 0..<width { inside[x] += Int(source[to * width + x]) }
                            to += 1
                        }
                        while from < y - reach {
                            for x in 0..<width { inside[x] -= Int(source[from * width + x]) }
                            from += 1
                        }
                        for x in 0..<width { target[y * width + x] = decide(inside[x], to - from) ? 1 : 0 }
                    }
                }
            }
        }
        return result
    }
}

@inline(__always)
private func slide(
    _ source: UnsafeBufferPointer<UInt8>, _ out: UnsafeMutableBufferPointer<UInt8>, start: Int, length: Int,
    _ size: Int, _ reach: Int, _ decide: (Int, Int) -> Bool
) {
    var (from, to, inside) = (0, 0, 0)
    for x in 0..<length {
        while to < min(length, x - reach + size) {
            inside += Int(source[start + to])
            to += 1
        }
        while from < x - reach {
            inside -= Int(source[start + from])
            from += 1
        }
        out[start + x] = decide(inside, to - from) ? 1 : 0
    }
}
