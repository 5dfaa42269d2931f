extension Image {
    /// The median of each pixel's square neighbourhood; the picture's edge is repeated outwards.
    ///
    /// A histogram slides along each row (Huang, Yang, Tang, A fast two-dimensional median filtering algorithm, 1979),
    /// so the cost per pixel grows with `size`, not with its square.
    ///
    /// - Parameter size: odd; 1 leaves the picture as it is.
    /// - Precondition: one channel.
    package func medianFiltered(_ size: Int = 5) -> Image {
        precondition(channels == 1 && size >= 1 && size % 2 == 1)
        if size == 1 { return self }
        let reach = size / 2, half = size * size / 2
        let out = [UInt8](unsafeUninitializedCapacity: width * height) { out, count in
            pixels.withUnsafeBufferPointer { source in
                withUnsafeTemporaryAllocation(of: Int32.self, capacity: 256) { bars in
                    withUnsafeTemporaryAllocation(of: Int.self, capacity: size) { rows in
                        for y in 0..<height {
                            for k in 0..<size { rows[k] = min(max(y + k - reach, 0), height - 1) * width }
                            bars.update(repeating: 0)
                            for k in 0..<size {
                                for x in -reach...reach { bars[Int(source[rows[k] + min(max(x, 0), width - 1)])] += 1 }
                            }
                            // `below`: how many values in the window are less than `median`.
                            var (median, below) = (0, 0)
                            for x in 0..<width {
                                if x > 0 {
                                    let leaving = max(x - reach - 1, 0), entering = min(x + reach, width - 1)
                                    for k in 0..<size {
                                        let old = Int(source[rows[k] + leaving]), new = Int(source[rows[k] + entering])
                                        bars[old] -= 1
                                        bars[new] += 1
                                        below += (new < median ? 1 : 0) - (old < median ? 1 : 0)
                                    }
                                }
                                while below > half {
                                    median -= 1
                                    below -= Int(bars[median])
                                }
                                while below + Int(bars[median]) <= half {
                                    below += Int(bars[median])
                                    median += 1
                                }
                                out[y * width + x] = UInt8(median)
                            }
                        }
                    }
                }
            }
            count = width * height
        }
        return Image(width: width, height: height, channels: 1, pixels: out)
    }
}
