internal import Imaging
internal import Glibc

/// Planed wood of several kinds, now and then with a knot: a texture that fills the picture.
enum Plank: Product {
    static let name = "plank"
    static let channels = 3
    static let damages: [any Damage.Type] = [
        Scratch.self, Hole.self, Stain.self, Crack.self, Dent.self, Burn.self, Discolouration.self,
    ]

    /// Wood grown in spring and in late summer: pine, larch, oak, beech, walnut.
    private static let woods: [(early: SIMD3<Float>, late: SIMD3<Float>)] = [
        (SIMD3(0.60, 0.40, 0.20), SIMD3(0.36, 0.19, 0.07)), (SIMD3(0.52, 0.29, 0.13), SIMD3(0.27, 0.11, 0.04)),
        (SIMD3(0.44, 0.31, 0.18), SIMD3(0.26, 0.16, 0.08)), (SIMD3(0.56, 0.38, 0.25), SIMD3(0.44, 0.27, 0.16)),
        (SIMD3(0.22, 0.13, 0.075), SIMD3(0.11, 0.06, 0.034)),
    ]

    static func paint(on surface: inout Surface, _ stream: inout RandomStream) {
        // Grain runs along the part's own x.
        let pose = Pose(shift: 0, turn: 0.5, size: 1.0...1.0, &stream)
        let upright = stream.chance(0.35)
        let place = stream.float(-20, 20), density = stream.float(3.0, 7.0), wave = stream.float(0.12, 0.40)
        let kind = stream.index(woods.count), wood = woods[kind]
        // Leaf trees have pores.
        let porous: Float = kind < 2 ? 0 : stream.float(0.3, 1)
        let early = stream.batch(wood.early), late = stream.batch(wood.late)
        let contrast = stream.float(0.5, 0.95), coarse = stream.float(0.10, 0.26)
        let knot = SIMD2(stream.float(-0.9, 0.9), stream.float(-0.9, 0.9)), knotty: Float = stream.chance(0.3) ? 1 : 0
        let knotSize = stream.float(0.09, 0.17)
        let wander = Grain(&stream), fibres = Grain(&stream), pores = Grain(&stream)
        surface.core = Surface.Core(albedo: mix(early, SIMD3(0.70, 0.55, 0.36), 0.55), gloss: 0, metal: 0)
        surface.paint { point in
            let q = pose.local(point), u = upright ? q.y : q.x, v = upright ? -q.x : q.y
            // Year rings wander slowly across, and around a knot.
            var bend = wave * wander.fractal(u * 0.28, v * 0.9)
            var inKnot: Float = 0
            if knotty > 0 {
                let off = SIMD2((u - knot.x) * 0.6, v - knot.y), away = length(off) / knotSize
                inKnot = smoothStep(1.05, 0.85, away + 0.15 * wander.value(u * 9, v * 9))
                bend += (off.y >= 0 ? 1 : -1) * 0.16 * smoothStep(4, 0.8, away)
            }
            let ring = (v + bend) * density + place
            var year = fraction(ring)
            if inKnot > 0 { year = mix(year, fraction(length(SIMD2((u - knot.x) * 0.75, v - knot.y)) * 22), inKnot) }
            // Light wood grows into dark, then stops sharply.
            let dark = smoothStep(0.20, 0.92, year) * smoothStep(1.0, 0.94, year)
            let fibre = fibres.fractal(u * 2.6, v * 40)
            let pore = porous > 0 ? porous * smoothStep(0.30, 0.55, pores.value(u * 4.3, v * 64 + 2 * fibre)) : 0
            var tone = mix(early, late, contrast * dark)
            tone = mix(tone, late * SIMD3(0.62, 0.5, 0.45), 0.75 * inKnot)
            return Surface.Point(
                height: 0.004 * dark + 0.006 * fibre - 0.010 * pore,
                albedo: tone * ((1 + coarse * 1.6 * fibre) * (1 - 0.40 * pore)),
                gloss: 0.05 + 0.03 * dark, part: true)
        }
    }
}
