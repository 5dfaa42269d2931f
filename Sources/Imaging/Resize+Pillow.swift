internal import Glibc

/// The two convolution filters of `Image.resized`.
package enum ResizeFilter: Sendable {
    /// Windowed sinc, a = 3.
    case lanczos
    /// Keys' cubic, a = -0.5.
    case bicubic

    /// Half the filter's width at scale 1, pixels.
    var support: Double { self == .lanczos ? 3 : 2 }

    func weight(_ x: Double) -> Double {
        switch self {
        case .lanczos: return abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0
        case .bicubic:
            let a = -0.5, x = abs(x)
            if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
            return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
        }
    }

    private func sinc(_ x: Double) -> Double {
        x == 0 ? 1 : sin(x * .pi) / (x * .pi)
    }
}

extension Image {
    /// Resizes with antialiasing; equal to Pillow's `Image.resize` byte for byte, so that networks see what their
    /// reference implementations see.
    ///
    /// *Source*: Pillow's documented behaviour (filter widened by the scale when shrinking, horizontal pass first, 8
    /// bits between the passes, weights in fixed point of 22 bits, pictures with alpha premultiplied meanwhile).
    package func resized(width newWidth: Int, height newHeight: Int, filter: ResizeFilter) -> Image {
        precondition(newWidth > 0 && newHeight > 0)
        if newWidth == width && newHeight == height { return self }
        var samples = channels == 4 ? premultiplied(pixels) : pixels
        if newWidth != width {
            samples = horizontal(samples, Taps(from: width, to: newWidth, filter), rows: height, newWidth: newWidth)
        }
        if newHeight != height {
            samples = vertical(
                samples, Taps(from: height, to: newHeight, filter), stride: newWidth * channels, newHeight: newHeight)
        }
        if channels == 4 { samples = unpremultiplied(samples) }
        return Image(width: newWidth, height: newHeight, channels: channels, pixels: samples)
    }

    private func horizontal(_ source: [UInt8], _ taps: Taps, rows: Int, newWidth: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: newWidth * rows * channels) { out, count in
            source.withUnsafeBufferPointer { source in
                taps.weights.withUnsafeBufferPointer { weights in
                    for y in 0..<rows {
                        let row = y * width * channels
                        for x in 0..<newWidth {
                            let first = taps.first[x], length = taps.length[x], at = x * taps.most
                            for c in 0..<channels {
                                var sum = Taps.half
                                var from = row + first * channels + c
                                for k in 0..<length {
                                    sum &+= Int32(source[from]) &* weights[at + k]
                                    from += channels
                                }
                                out[(y * newWidth + x) * channels + c] = Taps.sample(sum)
                            }
                        }
                    }
                }
            }
            count = newWidth * rows * channels
        }
    }

    private func vertical(_ source: [UInt8], _ taps: Taps, stride: Int, newHeight: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: stride * newHeight) { out, count in
            source.withUnsafeBufferPointer { source in
                withUnsafeTemporaryAllocation(of: Int32.self, capacity: stride) { sums in
                    for y in 0..<newHeight {
                        sums.update(repeating: Taps.half)
                        for k in 0..<taps.length[y] {
                            let weight = taps.weights[y * taps.most + k]
                            let row = (taps.first[y] + k) * stride
                            for x in 0..<stride { sums[x] &+= Int32(source[row + x]) &* weight }
                        }
                        for x in 0..<stride { out[y * stride + x] = Taps.sample(sums[x]) }
                    }
                }
            }
            count = stride * newHeight
        }
    }

    private func premultiplied(_ source: [UInt8]) -> [UInt8] {
        var out = source
        for i in stride(from: 0, to: out.count, by: 4) {
            let alpha = UInt32(out[i + 3])
            for c in i..<i + 3 {
                let product = UInt32(out[c]) * alpha + 128
                out[c] = UInt8((product + product >> 8) >> 8)
            }
        }
        return out
    }

    private func unpremultiplied(_ source: [UInt8]) -> [UInt8] {
        var out = source
        for i in stride(from: 0, to: out.count, by: 4) {
            let alpha = UInt32(out[i + 3])
            if alpha == 0 || alpha == 255 { continue }
            for c in i..<i + 3 { out[c] = UInt8(min(255, 255 * UInt32(out[c]) / alpha)) }
        }
        return out
    }
}

/// Which source pixels make up each target pixel along one axis, and with which weights.
private struct Taps {
    /// 32 bits less 8 for the sample and 2 for overshoot: Pillow's choice.
    static let bits: Int32 = 22
    static let half: Int32 = 1 << (bits - 1)

    var first: [Int] = []
    var length: [Int] = []
    var weights: [Int32]
    let most: Int

    init(from size: Int, to newSize: Int, _ filter: ResizeFilter) {
        let scale = Double(size) / Double(newSize)
        let widening = max(scale, 1)
        let support = filter.support * widening
        most = Int(support.rounded(.up)) * 2 + 1
        weights = [Int32](repeating: 0, count: most * newSize)
        for target in 0..<newSize {
            let centre = (Double(target) + 0.5) * scale
            let low = max(0, Int(centre - support + 0.5))
            let high = min(size, Int(centre + support + 0.5))
            var line = (low..<high).map { filter.weight((Double($0) - centre + 0.5) * (1 / widening)) }
            let sum = line.reduce(0, +)
            if sum != 0 { for k in line.indices { line[k] /= sum } }
            for (k, weight) in line.enumerated() {
                let fixed = weight * Double(1 << Self.bits)
                weights[target * most + k] = Int32(fixed < 0 ? fixed - 0.5 : fixed + 0.5)
            }
            first.append(low)
            length.append(high - low)
        }
    }

    @inline(__always)
    static func sample(_ sum: Int32) -> UInt8 { UInt8(min(max(sum >> bits, 0), 255)) }
}
