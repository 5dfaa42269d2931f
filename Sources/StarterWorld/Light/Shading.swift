internal import Glibc
internal import Imaging

/// The lamp, the camera and its sensor: makes a picture of a surface. Another set-up in each picture.
struct Shading {
    /// Towards the lamp, unit length, z towards the camera.
    let lamp: SIMD3<Float>
    /// Light of the lamp and from all around, with their colours.
    let direct: SIMD3<Float>
    let ambient: SIMD3<Float>
    /// 0: a bare bulb; 1: a wide box, which lights slopes that are turned away from its middle.
    let softness: Float
    let camera: Camera

    init(_ stream: inout RandomStream) {
        let angle = stream.float(0, 2 * .pi), tilt = stream.float(0.72, 1.08)
        lamp = SIMD3(cosf(angle) * cosf(tilt), sinf(angle) * cosf(tilt), sinf(tilt))
        let warmth = stream.float(-0.07, 0.09)
        direct = SIMD3(1 + warmth, 1, 1 - warmth) * stream.float(0.80, 1.06)
        ambient = SIMD3(1 - warmth / 2, 1, 1 + warmth / 2) * stream.float(0.26, 0.40)
        softness = stream.float(0.0, 0.4)
        camera = Camera(&stream)
    }

    /// Light that reaches the sensor from each pixel of `frame`, into a picture of the whole surface.
    func expose(_ surface: Surface, _ around: Surroundings, _ frame: Frame, into light: inout [SIMD3<Float>]) {
        let over = Surface.oversampling, outWidth = surface.width / over, share = 1 / Float(over * over)
        surface.withSamples { samples in
            let shader = Shader(self, samples, surface)
            for row in frame.rows {
                for column in frame.columns {
                    let (shade, mean) = around.at(column, row)
                    var pixel = SIMD3<Float>(repeating: 0)
                    for y in row * over..<(row + 1) * over {
                        for x in column * over..<(column + 1) * over {
                            pixel += shader.light(x, y, shade: shade, mean: mean)
                        }
                    }
                    light[row * outWidth + column] = pixel * share
                }
            }
        }
    }

    /// The light that a metal reflects from the room: the lamp's box, broad on rough and narrow on polished metal, and
    /// a brighter side.
    @inline(__always)
    func mirrored(_ normal: SIMD3<Float>, _ gloss: Float) -> SIMD3<Float> {
        let back = 2 * normal.z
        let seen = max(0, back * (normal.x * lamp.x + normal.y * lamp.y) + (back * normal.z - 1) * lamp.z)
        let t2 = seen * seen, t4 = t2 * t2, t8 = t4 * t4
        return ambient * (0.9 + 0.8 * normal.x * lamp.x + 0.8 * normal.y * lamp.y) + direct
            * (0.55 * t2 + 0.45 * t4 + 1.1 * gloss * t8 * t8)
    }

    /// The lamp's reflection in varnish, glass or grease.
    ///
    /// *Source*: Schlick's t / (n - nt + t) for Blinn and Phong's t^n (Graphics Gems IV, 1994), squared: its tail is
    /// shorter.
    @inline(__always)
    func highlight(_ t: Float, _ gloss: Float) -> Float {
        let n = 5 + 45 * gloss
        let s = t / (n - n * t + t)
        return (0.55 * gloss + 1.3 * gloss * gloss * gloss) * s * s
    }
}
