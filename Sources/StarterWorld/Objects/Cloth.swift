internal import Imaging
internal import Glibc

/// Woven cloth, plain or twill, of two yarns: a texture that fills the picture.
enum Cloth: Product {
    static let name = "cloth"
    static let channels = 3
    static let damages: [any Damage.Type] = [Hole.self, Stain.self, Burn.self, Contamination.self, Discolouration.self]

    /// Warp and weft.
    private static let yarns: [(SIMD3<Float>, SIMD3<Float>)] = [
        (SIMD3(0.62, 0.58, 0.50), SIMD3(0.56, 0.52, 0.44)), (SIMD3(0.08, 0.13, 0.27), SIMD3(0.34, 0.38, 0.46)),
        (SIMD3(0.42, 0.07, 0.07), SIMD3(0.34, 0.06, 0.07)), (SIMD3(0.30, 0.31, 0.32), SIMD3(0.46, 0.46, 0.46)),
        (SIMD3(0.13, 0.27, 0.17), SIMD3(0.20, 0.35, 0.22)), (SIMD3(0.50, 0.37, 0.20), SIMD3(0.38, 0.27, 0.14)),
        (SIMD3(0.16, 0.34, 0.44), SIMD3(0.44, 0.52, 0.54)),
    ]

    static func paint(on surface: inout Surface, _ stream: inout RandomStream) {
        let pose = Pose(shift: 0, turn: 0.35, size: 1.0...1.0, &stream)
        let pair = stream.element(yarns)
        let warpColour = stream.batch(pair.0), weftColour = stream.batch(pair.1)
        // Threads a unit: each is four pixels wide or more in a picture of 128.
        let pitch = stream.float(8, 14.5), twill = stream.chance(0.45), uneven = stream.float(0.06, 0.22),
            slack = stream.float(0.01, 0.05)
        let sway = Grain(&stream), fuzz = Grain(&stream), folds = Grain(&stream)
        surface.core = Surface.Core(albedo: warpColour * 1.2, gloss: 0, metal: 0)
        surface.paint { point in
            let p = pose.local(point)
            let shift = slack * sway.value(p.x * 2, p.y * 2)
            let u = (p.x + shift) * pitch, v = (p.y - 0.7 * shift) * pitch
            let column = Int32(u + 1024) - 1024, row = Int32(v + 1024) - 1024
            let fu = fraction(u) - 0.5, fv = fraction(v) - 0.5
            // Which thread lies on top here, and where along its bow we are.
            let over = twill ? ((column &+ row) & 3) < 2 : ((column &+ row) & 1) == 0
            let across = over ? fu : fv, along = over ? fv : fu
            let round = 1 - 4 * across * across, bow = 1 - (twill ? 1.6 : 3.2) * along * along
            let strand = chance(over ? column : row, over ? 11 : 23)
            // The yarn is spun: its fibres run aslant.
            let spun = fuzz.value((across * 7 + along * 3 + strand * 40) * 0.8, (over ? v : u) * 0.9)
            let fine = fuzz.fractal(p.x * 26, p.y * 26)
            let colour = (over ? warpColour : weftColour) * (1 + uneven * (2 * strand - 1))
            let gap = smoothStep(0.02, 0.30, round) * (0.55 + 0.45 * smoothStep(0, 0.6, bow))
            return Surface.Point(
                height: 0.030 * round.squareRoot0 * max(0.2, bow) + 0.006 * fine + 0.05
                    * folds.value(p.x * 0.9, p.y * 0.9),
                albedo: colour * ((0.25 + 0.75 * gap) * (1 + 0.22 * spun + 0.25 * fine)), gloss: 0, part: true)
        }
    }
}

extension Float {
    /// Square root of what is positive, else 0.
    @inline(__always)
    fileprivate var squareRoot0: Float { self > 0 ? squareRoot() : 0 }
}
