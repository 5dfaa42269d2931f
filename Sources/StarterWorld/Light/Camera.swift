internal import Glibc
internal import Imaging

/// Lens and sensor: vignetting, a little blur, sRGB's curve, noise.
struct Camera {
    /// Loss of light at the corners, 0...1.
    private let vignette: Float
    /// Share of each neighbour in a pixel's light, along each axis.
    private let blur: Float
    /// Standard deviation of the sensor's noise, grey levels.
    private let noise: Float
    private let noiseSeed: UInt64
    private let exposure: Float

    init(_ stream: inout RandomStream) {
        vignette = stream.float(0.03, 0.16)
        blur = stream.float(0.02, 0.17)
        noise = stream.float(0.8, 2.4)
        exposure = stream.float(0.92, 1.08)
        noiseSeed = stream.next()
    }

    /// Pixels that light reaches beside the one it belongs to.
    static let blurReach = 1

    /// Develops the pixels of a frame into a picture.
    func develop(_ light: [SIMD3<Float>], _ frame: Frame, into image: inout Image) {
        let (width, height, channels) = (image.width, image.height, image.channels)
        let side = 1 - 2 * blur, scale = 2 / Float(min(width, height))
        image.pixels.withUnsafeMutableBufferPointer { pixels in
            light.withUnsafeBufferPointer { light in
                for y in frame.rows {
                    let above = max(y - 1, 0) * width, here = y * width, below = min(y + 1, height - 1) * width
                    for x in frame.columns {
                        let left = max(x - 1, 0), right = min(x + 1, width - 1)
                        @inline(__always) func line(_ start: Int) -> SIMD3<Float> {
                            light[start + x] * side + (light[start + left] + light[start + right]) * blur
                        }
                        let seen = line(here) * side + (line(above) + line(below)) * blur
                        let px = (Float(x) + 0.5 - Float(width) / 2) * scale,
                            py = (Float(y) + 0.5 - Float(height) / 2) * scale
                        let colour = seen * (exposure * (1 - vignette * (px * px + py * py)))
                        let at = y * width + x
                        let bits = RandomStream.mixed(
                            noiseSeed &+ UInt64(truncatingIfNeeded: at) &* 0x9E37_79B9_7F4A_7C15)
                        let red = curve(colour.x), green = curve(colour.y), blue = curve(colour.z)
                        if channels == 1 {
                            pixels[at] = sample(0.299 * red + 0.587 * green + 0.114 * blue + grain(bits))
                        } else {
                            pixels[3 * at] = sample(red + grain(bits))
                            pixels[3 * at + 1] = sample(green + grain(bits >> 21))
                            pixels[3 * at + 2] = sample(blue + grain(bits >> 42))
                        }
                    }
                }
            }
        }
    }

    /// Nearly normal: the number of heads in 21 throws.
    @inline(__always)
    private func grain(_ bits: UInt64) -> Float { (Float((bits & 0x1F_FFFF).nonzeroBitCount) - 10.5) * (noise / 2.291) }

    @inline(__always)
    private func sample(_ value: Float) -> UInt8 { UInt8(min(max(value + 0.5, 0), 255)) }

    /// Grey level of a share of light.
    @inline(__always)
    private func curve(_ value: Float) -> Float { Self.levels[Int(min(max(value, 0), 1.9995) * 2048)] }

    /// sRGB's curve (IEC 61966-2-1), and above 0.7 a shoulder, as cameras have it: highlights fade rather than clip.
    private static let levels: [Float] = (0..<4096).map {
        let light = (Double($0) + 0.5) / 2048
        let v = light < 0.7 ? light : 0.7 + 0.3 * (1 - exp(-(light - 0.7) / 0.3))
        return Float(255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * pow(v, 1 / 2.4) - 0.055))
    }
}
