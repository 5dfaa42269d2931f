internal import Glibc

/// Red, green, blue, 0...255 each, sRGB.
package struct Colour: Equatable, Sendable {
    package var red: UInt8
    package var green: UInt8
    package var blue: UInt8

    package init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) { (self.red, self.green, self.blue) = (red, green, blue) }

    package static let white = Colour(255, 255, 255)
    package static let black = Colour(0, 0, 0)
    package static let red = Colour(230, 40, 40)
    package static let green = Colour(30, 200, 80)

    /// Lightness, chroma and hue in OKLab, cut to what sRGB can show.
    ///
    /// *Source*: B. Ottosson, A perceptual color space for image processing (2020), its two matrices; sRGB's curve from
    /// IEC 61966-2-1.
    package init(lightness: Double, chroma: Double, hueDegrees: Double) {
        let a = chroma * cos(hueDegrees * .pi / 180), b = chroma * sin(hueDegrees * .pi / 180)
        let l = lightness + 0.3963377774 * a + 0.2158037573 * b
        let m = lightness - 0.1055613458 * a - 0.0638541728 * b
        let s = lightness - 0.0894841775 * a - 1.2914855480 * b
        let (l3, m3, s3) = (l * l * l, m * m * m, s * s * s)
        func sample(_ linear: Double) -> UInt8 {
            let v = min(max(linear, 0), 1)
            let curved = v <= 0.0031308 ? 12.92 * v : 1.055 * pow(v, 1 / 2.4) - 0.055
            return UInt8((curved * 255).rounded())
        }
        self.init(
            sample(4.0767416621 * l3 - 3.3077115913 * m3 + 0.2309699292 * s3),
            sample(-1.2684380046 * l3 + 2.6097574011 * m3 - 0.3413193965 * s3),
            sample(-0.0041960863 * l3 - 0.7034186147 * m3 + 1.7076147010 * s3))
    }
}

/// Colours for values 0...1 whose lightness grows evenly with the value: from near black over violet and red to pale
/// yellow.
package enum HeatColours {
    /// 256 steps. Lightness runs linearly from 0.13 to 0.97 in OKLab; the hue turns from violet (290 degrees) through
    /// red to yellow (100 degrees + 360); chroma is largest in the middle, and as large as sRGB has it there.
    package static let table: [Colour] = (0..<256).map { step in
        let t = Double(step) / 255
        return Colour(
            lightness: 0.13 + 0.84 * t, chroma: 0.02 + 0.17 * sin(.pi * min(1, 0.08 + 0.87 * t)),
            hueDegrees: 290 + 170 * t)
    }
}

extension Plane {
    /// The plane as a colour picture; `low` and below is the darkest colour, `high` and above the lightest. NaN gets
    /// the darkest colour.
    package func heatMap(low: Float = 0, high: Float = 1) -> Image {
        let span = max(high - low, .leastNormalMagnitude)
        var pixels: [UInt8] = []
        pixels.reserveCapacity(values.count * 3)
        for value in values {
            let share = (value - low) / span
            let colour = HeatColours.table[share.isNaN ? 0 : Int(min(max(share, 0), 1) * 255 + 0.5)]
            pixels += [colour.red, colour.green, colour.blue]
        }
        return Image(width: width, height: height, channels: 3, pixels: pixels)
    }
}
