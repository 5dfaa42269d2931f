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
        let (width, height) = (surface.width, surface.height)
        let over = Surface.oversampling, outWidth = width / over
        // Halfway between lamp and camera, which looks straight down.
        let sum = lamp + SIMD3(0, 0, 1), half = sum / dot(sum, sum).squareRoot()
        let steps = shadowSteps(surface.scale)
        let share = 1 / Float(over * over), slope = surface.scale / 2
        surface.heights.withUnsafeBufferPointer { heights in
            surface.albedo.withUnsafeBufferPointer { albedo in
                for row in frame.rows {
                    for column in frame.columns {
                        let (shade, mean) = around.at(column, row)
                        var pixel = SIMD3<Float>(repeating: 0)
                        for y in row * over..<(row + 1) * over {
                            let up = (y > 0 ? y - 1 : y) * width, down = (y + 1 < height ? y + 1 : y) * width
                            for x in column * over..<(column + 1) * over {
                                let at = y * width + x, h = heights[at]
                                let dx = (heights[x > 0 ? at - 1 : at] - heights[x + 1 < width ? at + 1 : at]) * slope
                                let dy = (heights[up + x] - heights[down + x]) * slope
                                let inverse = 1 / (dx * dx + dy * dy + 1).squareRoot()
                                let normal = SIMD3(dx * inverse, dy * inverse, inverse)
                                // What stands close by towards the lamp.
                                var blocked: Float = 0
                                for step in steps {
                                    let sx = min(max(x + step.x, 0), width - 1), sy = min(max(y + step.y, 0), height - 1)
                                    blocked = max(blocked, heights[sy * width + sx] - h - step.rise)
                                }
                                let lit = shade * (1 - 0.8 * min(blocked * 28, 1))
                                // Hollows see less of the room.
                                let open = 1 - min(max((mean - h) * 2.2, 0), 0.72)
                                let gloss = surface.gloss[at], metal = surface.metal[at]
                                let facing = max(0, (dot(normal, lamp) + softness) / (1 + softness))
                                var colour = ambient * open + direct * (facing * lit)
                                if metal > 0 { colour = mix(colour, mirrored(normal, gloss) * (0.35 + 0.65 * lit) * open, metal) }
                                colour *= albedo[at]
                                if gloss > 0 { colour += direct * (highlight(max(0, dot(normal, half)), gloss) * lit) }
                                pixel += colour
                            }
                        }
                        light[row * outWidth + column] = pixel * share
                    }
                }
            }
        }
    }

    /// What a metal sees of the room: the lamp's box, broad or narrow as the metal is rough or polished, and a brighter side.
    @inline(__always)
    private func mirrored(_ normal: SIMD3<Float>, _ gloss: Float) -> SIMD3<Float> {
        let back = 2 * normal.z
        let seen = max(0, back * (normal.x * lamp.x + normal.y * lamp.y) + (back * normal.z - 1) * lamp.z)
        let t2 = seen * seen, t4 = t2 * t2, t8 = t4 * t4
        return ambient * (0.9 + 0.8 * normal.x * lamp.x + 0.8 * normal.y * lamp.y) + direct * (0.55 * t2 + 0.45 * t4 + 1.1 * gloss * t8 * t8)
    }

    /// The lamp's reflection in varnish, glass or grease.
    ///
    /// *Source*: Schlick's t / (n - nt + t) for Blinn and Phong's t^n (Graphics Gems IV, 1994), squared: its tail is shorter.
    @inline(__always)
    private func highlight(_ t: Float, _ gloss: Float) -> Float {
        let n = 5 + 45 * gloss
        let s = t / (n - n * t + t)
        return (0.55 * gloss + 1.3 * gloss * gloss * gloss) * s * s
    }

    /// How far, in units, what stands in the lamp's way is looked for.
    static let shadowReach: Float = 0.026

    /// Samples to look at for what stands in the lamp's way, and how high the ray is there.
    private func shadowSteps(_ scale: Float) -> [(x: Int, y: Int, rise: Float)] {
        let flat = (lamp.x * lamp.x + lamp.y * lamp.y).squareRoot()
        return [0.3 * Self.shadowReach, 0.6 * Self.shadowReach, Self.shadowReach].map { distance in
            (
                Int((lamp.x / flat * distance * scale).rounded()), Int((lamp.y / flat * distance * scale).rounded()),
                distance * lamp.z / flat + 0.003
            )
        }
    }
}

/// Rows and columns of a picture.
struct Frame {
    var rows: Range<Int>
    var columns: Range<Int>

    /// Grown by some pixels, within a picture.
    func grown(_ by: Int, _ width: Int, _ height: Int) -> Frame {
        Frame(
            rows: max(0, rows.lowerBound - by)..<min(height, rows.upperBound + by),
            columns: max(0, columns.lowerBound - by)..<min(width, columns.upperBound + by))
    }

    /// Around all pixels of a mask.
    init(around mask: Mask) {
        var (top, bottom, left, right) = (mask.height, 0, mask.width, 0)
        for y in 0..<mask.height {
            for x in 0..<mask.width where mask.values[y * mask.width + x] != 0 {
                (top, bottom, left, right) = (min(top, y), max(bottom, y + 1), min(left, x), max(right, x + 1))
            }
        }
        self.init(rows: min(top, bottom)..<bottom, columns: min(left, right)..<right)
    }

    init(rows: Range<Int>, columns: Range<Int>) { (self.rows, self.columns) = (rows, columns) }
}
