package import Imaging

/// How much a picture differs from another of the same part, pixel by pixel.
package struct Change: Equatable, Sendable {
    /// `[height, width]`, mean absolute difference over the channels, in grey levels, 0...255.
    package let levels: Plane

    /// The level, in grey levels, of an industrial camera's noise and an autoencoder's rounding. Smaller changes don't
    /// count.
    package static let leastVisible: Float = 4

    /// - Precondition: equal sizes and channels.
    package init(from before: Image, to after: Image) {
        precondition(before.width == after.width && before.height == after.height && before.channels == after.channels)
        let channels = after.channels
        levels = Plane(
            width: after.width, height: after.height,
            values: (0..<after.width * after.height).map { k in
                var sum = 0
                for c in k * channels..<(k + 1) * channels { sum += abs(Int(after.pixels[c]) - Int(before.pixels[c])) }
                return Float(sum) / Float(channels)
            })
    }

    /// Smoothed over a hundredth of the longer side, at least a pixel: this removes noise, which differs from pixel to
    /// pixel, and leaves damage, which is connected.
    package var smoothed: Plane {
        levels.gaussianSmoothed(sigma: max(1, Float(max(levels.width, levels.height)) / 100))
    }

    /// Mean on the pixels of a mask, in grey levels; nil for an empty one.
    package func mean(inside mask: Mask) -> Double? {
        var (sum, count) = (0.0, 0)
        for k in levels.values.indices where mask.values[k] != 0 {
            sum += Double(levels.values[k])
            count += 1
        }
        return count > 0 ? sum / Double(count) : nil
    }
}

extension Plane {
    /// Otsu's threshold over the values on a mask, 256 steps between 0 and their maximum; 0 where all are 0.
    func otsuThreshold(inside mask: Mask) -> Float {
        let chosen = values.indices.filter { mask.values[$0] != 0 }.map { values[$0] }
        guard let highest = chosen.max(), highest > 0 else { return 0 }
        let grey = Image(
            width: chosen.count, height: 1, channels: 1,
            pixels: chosen.map { UInt8(min(255, max(0, $0 / highest * 255).rounded())) })
        return (Float(Histogram(grey).otsu()) + 0.5) / 255 * highest
    }
}

extension Mask {
    /// Intersection over union with a mask of the same size, 0...1; two empty ones agree.
    package func overlap(with other: Mask) -> Double {
        let union = union(other).count
        return union == 0 ? 1 : Double(intersection(other).count) / Double(union)
    }
}
