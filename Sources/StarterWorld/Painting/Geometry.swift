internal import Glibc
internal import Imaging

/// 0 below `low`, 1 above `high`, smooth between; `low` may be the greater one.
@inline(__always)
func smoothStep(_ low: Float, _ high: Float, _ value: Float) -> Float {
    let t = min(max((value - low) / (high - low), 0), 1)
    return t * t * (3 - 2 * t)
}

/// `a` where `share` is 0, `b` where it is 1.
@inline(__always)
func mix(_ a: SIMD3<Float>, _ b: SIMD3<Float>, _ share: Float) -> SIMD3<Float> { a + (b - a) * share }
@inline(__always)
func mix(_ a: Float, _ b: Float, _ share: Float) -> Float { a + (b - a) * share }

@inline(__always)
func length(_ v: SIMD2<Float>) -> Float { (v.x * v.x + v.y * v.y).squareRoot() }
@inline(__always)
func dot(_ a: SIMD2<Float>, _ b: SIMD2<Float>) -> Float { a.x * b.x + a.y * b.y }
@inline(__always)
func dot(_ a: SIMD3<Float>, _ b: SIMD3<Float>) -> Float { a.x * b.x + a.y * b.y + a.z * b.z }

/// The fractional part, x minus the whole number below it, for x ≥ -4096.
@inline(__always)
func fraction(_ value: Float) -> Float {
    let positive = value + 4096
    return positive - Float(Int32(positive))
}

/// Mean of the three colours.
@inline(__always)
func brightness(_ colour: SIMD3<Float>) -> Float { (colour.x + colour.y + colour.z) / 3 }

/// A fixed pseudo-random number in 0..<1 for a whole number, such as a thread's.
@inline(__always)
func chance(_ number: Int32, _ salt: Int32) -> Float {
    var z = UInt32(bitPattern: number &* 0x27d4_eb2d ^ salt &* 0x1656_67b1)
    z = (z ^ z >> 15) &* 0x85eb_ca6b
    z = (z ^ z >> 13) &* 0xc2b2_ae35
    return Float(z >> 8) / 16_777_216
}

/// Distance from a point to a line between two points.
func segment(_ p: SIMD2<Float>, _ a: SIMD2<Float>, _ b: SIMD2<Float>) -> Float {
    let along = b - a, square = dot(along, along)
    let t = square > 0 ? min(max(dot(p - a, along) / square, 0), 1) : 0
    return length(p - a - along * t)
}

/// Signed distance to a rectangle with rounded corners.
@inline(__always)
func rounded(_ p: SIMD2<Float>, _ half: SIMD2<Float>, _ radius: Float) -> Float {
    let qx = abs(p.x) - half.x + radius, qy = abs(p.y) - half.y + radius
    return length(SIMD2(max(qx, 0), max(qy, 0))) + min(max(qx, qy), 0) - radius
}

/// Where a part lies and how it is turned: a little different in every picture.
struct Pose {
    var centre: SIMD2<Float>
    /// Unit vector of the part's own x axis.
    var axis: SIMD2<Float>
    var size: Float

    init(centre: SIMD2<Float>, angle: Float, size: Float) {
        (self.centre, axis, self.size) = (centre, SIMD2(cosf(angle), sinf(angle)), size)
    }

    /// Off the middle by `shift` units at most, turned by `turn` radians at most either way.
    init(shift: Double, turn: Double, size: ClosedRange<Double>, _ stream: inout RandomStream) {
        self.init(
            centre: SIMD2(stream.float(-shift, shift), stream.float(-shift, shift)), angle: stream.float(-turn, turn),
            size: stream.float(size.lowerBound, size.upperBound))
    }

    /// A picture point in the part's own coordinates.
    @inline(__always)
    func local(_ point: SIMD2<Float>) -> SIMD2<Float> {
        let p = point - centre
        return SIMD2(dot(p, axis), dot(p, SIMD2(-axis.y, axis.x))) / size
    }
}

extension RandomStream {
    mutating func float(_ low: Double, _ high: Double) -> Float { Float(uniform(low, high)) }

    /// A colour a little lighter or darker and a little off in hue, as another batch of the same product is.
    mutating func batch(_ colour: SIMD3<Float>, light: Double = 0.12, hue: Double = 0.05) -> SIMD3<Float> {
        colour * float(1 - light, 1 + light)
            * SIMD3(float(1 - hue, 1 + hue), float(1 - hue, 1 + hue), float(1 - hue, 1 + hue))
    }
}
