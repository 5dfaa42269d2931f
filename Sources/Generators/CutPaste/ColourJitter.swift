internal import Glibc
internal import Imaging

/// Small changes of brightness, contrast, saturation and hue.
struct ColourJitter {
    /// Factors are 1 + share; hue turns by share of a full circle.
    var brightness = 0.0
    var contrast = 0.0
    var saturation = 0.0
    var hue = 0.0

    /// - Parameter strength: largest share either way; 0.1 in CutPaste (Li et al., CVPR 2021, supplement A).
    init(strength: Double, from stream: inout RandomStream) {
        brightness = stream.uniform(-strength, strength)
        contrast = stream.uniform(-strength, strength)
        saturation = stream.uniform(-strength, strength)
        hue = stream.uniform(-strength, strength)
    }

    var shares: [Double] { [brightness, contrast, saturation, hue] }

    /// Brightness, contrast (around the patch's mean grey), saturation, hue, in that order; alpha stays. For grey
    /// pictures only the first two are applied.
    func apply(_ patch: Image) -> Image {
        let colours = min(patch.channels, 3)
        let grey = patch.grey().pixels
        let mean = Double(grey.reduce(0) { $0 + Int($1) }) / Double(grey.count) * (1 + brightness)
        let (cosine, sine) = (cos(hue * 2 * .pi), sin(hue * 2 * .pi))
        var out = patch
        out.pixels.withUnsafeMutableBufferPointer { pixels in
            for i in 0..<grey.count {
                let at = i * patch.channels
                func lit(_ c: Int) -> Double {
                    (Double(pixels[at + c]) * (1 + brightness) - mean) * (1 + contrast) + mean
                }
                if colours == 1 {
                    pixels[at] = sample(lit(0))
                } else {
                    let colour = turned(SIMD3(lit(0), lit(1), lit(2)), cosine, sine)
                    for c in 0..<3 { pixels[at + c] = sample(colour[c]) }
                }
            }
        }
        return out
    }

    /// Saturation as the distance from grey, hue as an angle: both in YIQ, where each is one step (the NTSC matrices).
    private func turned(_ rgb: SIMD3<Double>, _ cosine: Double, _ sine: Double) -> SIMD3<Double> {
        let y = 0.299 * rgb.x + 0.587 * rgb.y + 0.114 * rgb.z
        let i = (1 + saturation) * (0.595716 * rgb.x - 0.274453 * rgb.y - 0.321263 * rgb.z)
        let q = (1 + saturation) * (0.211456 * rgb.x - 0.522591 * rgb.y + 0.311135 * rgb.z)
        let (i2, q2) = (i * cosine - q * sine, i * sine + q * cosine)
        return SIMD3(y + 0.9563 * i2 + 0.6210 * q2, y - 0.2721 * i2 - 0.6474 * q2, y - 1.1070 * i2 + 1.7046 * q2)
    }

    private func sample(_ value: Double) -> UInt8 { UInt8(min(max(value.rounded(), 0), 255)) }
}
