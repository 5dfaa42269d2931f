internal import Glibc
package import Imaging

/// Changes of a texture before it becomes damage.
///
/// *Source*: the lists of DRAEM (its `draem` code: gamma, brightness, sharpness, hue and saturation, solarise, posterise,
/// invert, auto-contrast, equalise, rotation) and of GLASS (colour jitter, flips, grey, auto-contrast, equalise, rotation),
/// of which three different ones are taken. Equalise, auto-contrast, solarise and posterise are Pillow's.
package enum MaterialChange: String, CaseIterable {
    case gamma, brightness, sharpen, colour, solarise, posterise, invert, contrast, equalise, rotate
    case jitter, mirror, flip, grey

    package static let draem: [MaterialChange] = [
        .gamma, .brightness, .sharpen, .colour, .solarise, .posterise, .invert, .contrast, .equalise, .rotate,
    ]
    package static let glass: [MaterialChange] = [.jitter, .mirror, .flip, .grey, .contrast, .equalise, .rotate]

    /// Three different ones of a list, in the order in which they are applied.
    package static func three(of list: [MaterialChange], _ stream: inout RandomStream) -> [MaterialChange] {
        var left = list
        return (0..<3).map { _ in left.remove(at: stream.index(left.count)) }
    }

    /// - Returns: a picture of the same size and channels; alpha stays.
    package func apply(_ image: Image, _ stream: inout RandomStream) -> Image {
        switch self {
        case .gamma:
            let powers = (0..<3).map { _ in stream.uniform(0.5, 2) }
            return image.levels { 255 * pow(Double($0) / 255, powers[$1]) }
        case .brightness:
            let (factor, more) = (stream.uniform(0.8, 1.2), stream.uniform(-30, 30))
            return image.levels { level, _ in factor * Double(level) + more }
        case .sharpen: return image.sharpened(by: stream.uniform(0.5, 1.5))
        case .colour:
            var change = ColourJitter(strength: 0, from: &stream)
            (change.saturation, change.hue) = (stream.uniform(-0.2, 0.2), stream.uniform(-0.2, 0.2))
            return change.apply(image)
        case .solarise:
            let threshold = 32 + stream.index(97)
            return stream.chance(0.5) ? image.solarised(threshold) : image
        case .posterise: return image.posterised(4 + stream.index(3))
        case .invert: return image.levels { level, _ in 255 - Double(level) }
        case .contrast: return image.autoContrasted()
        case .equalise: return image.equalised()
        case .rotate: return image.turned(stream.uniform(-45, 45))
        case .jitter:
            var change = ColourJitter(strength: 0.2, from: &stream)
            change.hue = stream.uniform(-0.2, 0.2)
            return change.apply(image)
        case .mirror: return image.oriented(exif: 2)
        case .flip: return image.oriented(exif: 4)
        case .grey:
            let grey = image.grey().pixels
            return image.colours { place, _ in grey[place] }
        }
    }
}

extension Image {
    /// New samples by pixel and colour channel.
    fileprivate func colours(_ sample: (Int, Int) -> UInt8) -> Image {
        var out = self
        for place in 0..<width * height {
            for c in 0..<min(channels, 3) { out.pixels[place * channels + c] = sample(place, c) }
        }
        return out
    }

    /// New levels by level and channel.
    fileprivate func levels(_ level: (UInt8, Int) -> Double) -> Image {
        let table = (0..<3).map { c in
            (0..<256).map { UInt8(min(max(level(UInt8($0), c).rounded(), 0), 255)) }
        }
        return colours { table[$1][Int(pixels[$0 * channels + $1])] }
    }

    /// Levels from a threshold on are inverted.
    package func solarised(_ threshold: Int) -> Image {
        levels { level, _ in Int(level) < threshold ? Double(level) : 255 - Double(level) }
    }

    /// Only so many upper bits stay.
    package func posterised(_ bits: Int) -> Image {
        let kept = UInt8(truncatingIfNeeded: 0xFF << (8 - bits))
        return levels { level, _ in Double(level & kept) }
    }

    /// Each channel's darkest level becomes 0, its brightest 255.
    package func autoContrasted() -> Image {
        let bounds = (0..<min(channels, 3)).map { c -> (low: Double, high: Double) in
            let bars = bars(c)
            return (Double(bars.firstIndex { $0 > 0 } ?? 0), Double(bars.lastIndex { $0 > 0 } ?? 255))
        }
        return levels { level, c in
            let (low, high) = bounds[min(c, bounds.count - 1)]
            if high <= low { return Double(level) }
            let scale = 255 / (high - low)
            // Pillow cuts fractions off.
            return min(max(Double(level) * scale - low * scale, 0), 255).rounded(.towardZero)
        }
    }

    /// Each channel's levels spread evenly.
    package func equalised() -> Image {
        let tables = (0..<min(channels, 3)).map { c -> [Int] in
            let bars = bars(c), filled = bars.filter { $0 > 0 }
            let step = (filled.dropLast().reduce(0, +)) / 255
            guard filled.count > 1, step > 0 else { return Array(0..<256) }
            var sum = step / 2
            return bars.map { bar in
                defer { sum += bar }
                return min(sum / step, 255)
            }
        }
        return levels { level, c in Double(tables[min(c, tables.count - 1)][Int(level)]) }
    }

    private func bars(_ c: Int) -> [Int] {
        var bars = [Int](repeating: 0, count: 256)
        for place in 0..<width * height { bars[Int(pixels[place * channels + c])] += 1 }
        return bars
    }

    /// Away from the mean of the eight pixels around and twice itself.
    fileprivate func sharpened(by amount: Double) -> Image {
        colours { place, c in
            let (x, y) = (place % width, place / width)
            var sum = 0
            for dy in -1...1 {
                for dx in -1...1 {
                    let (px, py) = (min(max(x + dx, 0), width - 1), min(max(y + dy, 0), height - 1))
                    sum += Int(pixels[(py * width + px) * channels + c])
                }
            }
            let own = Double(pixels[place * channels + c])
            return UInt8(min(max((own + amount * (own - Double(sum) / 9)).rounded(), 0), 255))
        }
    }

    /// Turned around its middle; what would come from outside is mirrored in.
    fileprivate func turned(_ degrees: Double) -> Image {
        let (cosine, sine) = (cos(degrees * .pi / 180), sin(degrees * .pi / 180))
        func folded(_ value: Double, _ side: Int) -> Int {
            let period = 2 * side, at = Int(value.rounded(.down)), wrapped = ((at % period) + period) % period
            return wrapped < side ? wrapped : period - 1 - wrapped
        }
        let (middleX, middleY) = (Double(width) / 2, Double(height) / 2)
        return colours { place, c in
            let (dx, dy) = (Double(place % width) + 0.5 - middleX, Double(place / width) + 0.5 - middleY)
            let x = folded(dx * cosine - dy * sine + middleX, width),
                y = folded(dx * sine + dy * cosine + middleY, height)
            return pixels[(y * width + x) * channels + c]
        }
    }
}
