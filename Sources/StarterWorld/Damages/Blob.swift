internal import Glibc
internal import Imaging

/// An uneven area: a randomly turned ellipse whose edge is frayed by noise.
struct Blob {
    let centre: SIMD2<Float>
    /// Mean radius, units.
    let radius: Float
    private let fray: Float
    private let axis: SIMD2<Float>
    private let stretch: SIMD2<Float>
    private let coarse: Float
    private let noise: Grain

    /// - Parameters:
    ///   - fray: how far noise moves the edge, as a share of the radius.
    ///   - slim: the longer axis by the shorter one, at most.
    init(
        centre: SIMD2<Float>, radius: Float, fray: Float, slim: Double = 1.7, coarse: Float = 1.3,
        _ stream: inout RandomStream
    ) {
        (self.centre, self.radius, self.fray, self.coarse) = (centre, radius, fray, coarse)
        let angle = stream.float(0, 2 * .pi), ratio = stream.float(1, slim).squareRoot()
        axis = SIMD2(cosf(angle), sinf(angle))
        stretch = SIMD2(1 / ratio, ratio) / radius
        noise = Grain(&stream)
    }

    /// 1 at the centre, 0 on the edge, negative outside.
    @inline(__always)
    func depth(at p: SIMD2<Float>) -> Float {
        let off = p - centre
        let q = SIMD2(dot(off, axis), dot(off, SIMD2(-axis.y, axis.x))) * stretch
        return 1 - length(q) + 2.2 * fray * noise.fractal(q.x * coarse + 7, q.y * coarse - 7)
    }

    /// How far from the centre it may reach, units.
    var reach: Float { radius * (1 + 1.6 * fray) * 1.35 }
}

extension Surface {
    /// Damages the part inside a blob. `change` gets the depth and returns the changed point.
    mutating func damage(_ blob: Blob, _ change: (Float, SIMD2<Float>, Point) -> Point) -> [Float] {
        damage(around: blob.centre, reach: blob.reach) { point, now in
            let depth = blob.depth(at: point)
            return depth > 0 ? change(depth, point, now) : nil
        }
    }
}
