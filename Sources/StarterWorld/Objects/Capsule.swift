internal import Imaging
internal import Glibc

/// A gelatine capsule of two colours, the cap over the body, on dark cloth: a light object on dark ground.
enum Capsule: Product {
    static let name = "capsule"
    static let channels = 3
    static let damages: [any Damage.Type] = [
        Crack.self, Dent.self, Hole.self, Scratch.self, Stain.self, Contamination.self, Discolouration.self,
    ]

    private static let colours: [SIMD3<Float>] = [
        SIMD3(0.70, 0.68, 0.62), SIMD3(0.72, 0.56, 0.12), SIMD3(0.72, 0.34, 0.08), SIMD3(0.70, 0.36, 0.34),
        SIMD3(0.36, 0.60, 0.34),
        SIMD3(0.30, 0.52, 0.70), SIMD3(0.66, 0.20, 0.12), SIMD3(0.58, 0.46, 0.66),
    ]
    private static let grounds: [SIMD3<Float>] = [
        SIMD3(0.022, 0.022, 0.026), SIMD3(0.018, 0.026, 0.036), SIMD3(0.030, 0.024, 0.020),
    ]

    static func paint(on surface: inout Surface, _ stream: inout RandomStream) {
        let pose = Pose(shift: 0.06, turn: .pi, size: 0.70...0.86, &stream)
        let cap = stream.batch(stream.element(colours), light: 0.08),
            body = stream.batch(stream.element(colours), light: 0.08)
        let ground = stream.batch(stream.element(grounds))
        let radius = stream.float(0.33, 0.42), seam = stream.float(0.0, 0.22), thick: Float = 0.022
        let shine = stream.float(0.35, 0.8), printed = stream.chance(0.45), ink = stream.batch(SIMD3(0.10, 0.09, 0.09))
        let weave = Grain(&stream), skin = Grain(&stream), powder = Grain(&stream)
        surface.core = Surface.Core(albedo: SIMD3(0.62, 0.58, 0.46), gloss: 0, metal: 0)
        surface.paint { point in
            let p = pose.local(point)
            let isCap = p.x < seam
            let r = isCap ? radius + thick : radius
            // From the middle line; the ends are half balls.
            let along = max(abs(p.x) - (1 - r), 0), off = (p.y * p.y + along * along).squareRoot()
            if off > r {
                let fuzz = weave.fractal(point.x * 24, point.y * 24),
                    worn = powder.fractal(point.x * 1.5, point.y * 1.5)
                return Surface.Point(
                    height: 0.010 * fuzz, albedo: ground * max(0.3, 1.1 + 0.9 * fuzz + 0.5 * worn), gloss: 0,
                    part: false)
            }
            let rise = (1 - off * off / (r * r)).squareRoot()
            let wobble = skin.value(p.x * 3, p.y * 5), grains = powder.fractal(p.x * 6, p.y * 6)
            // The cap's edge throws a line; a locking ring runs around it.
            let edge = smoothStep(0.035, 0, abs(p.x - seam - 0.012)),
                ring = smoothStep(0.03, 0.01, abs(p.x - seam + 0.22))
            var colour = (isCap ? cap : body) * (1 + 0.07 * grains) * (0.80 + 0.20 * rise)
            if printed && abs(p.y) < 0.13 && p.x < seam - 0.30 && p.x > -0.78 {
                // Three signs of print.
                let cell = (p.x + 0.78) * 6.5, sign = Int32(cell)
                let stroke =
                    abs(fraction(cell) - 0.5) < 0.34
                    && chance(sign &* 9 &+ Int32(fraction(cell) * 3) &* 3 &+ Int32((p.y + 0.13) * 11), 5) > 0.45
                if stroke { colour = mix(colour, ink, 0.8) }
            }
            return Surface.Point(
                height: 0.30 * rise * r / 0.4 + 0.006 * wobble - 0.012 * ring,
                albedo: colour * (1 - (isCap ? 0 : 0.35) * edge),
                gloss: shine,
                part: true)
        }
    }
}
