internal import Imaging

/// A pressed tablet, round or oval, with a score line or a cross and a rim, on dark felt: a light object on dark
/// ground.
enum Tablet: Product {
    static let name = "tablet"
    static let channels = 3
    static let damages: [any Damage.Type] = [
        Crack.self, Stain.self, Chip.self, Hole.self, Contamination.self, Discolouration.self,
    ]

    private static let tints: [SIMD3<Float>] = [
        SIMD3(0.74, 0.72, 0.66), SIMD3(0.76, 0.75, 0.73), SIMD3(0.74, 0.66, 0.48), SIMD3(0.74, 0.52, 0.46),
        SIMD3(0.50, 0.62, 0.68),
        SIMD3(0.58, 0.68, 0.52),
    ]
    private static let felts: [SIMD3<Float>] = [
        SIMD3(0.020, 0.024, 0.034), SIMD3(0.026, 0.024, 0.024), SIMD3(0.014, 0.030, 0.024), SIMD3(0.034, 0.020, 0.022),
    ]

    static func paint(on surface: inout Surface, _ stream: inout RandomStream) {
        let pose = Pose(shift: 0.08, turn: .pi, size: 0.58...0.80, &stream)
        let tint = stream.batch(stream.element(tints), light: 0.08, hue: 0.03),
            felt = stream.batch(stream.element(felts))
        let stretch: Float = stream.chance(0.35) ? stream.float(1.25, 1.7) : 1
        let lines = stream.index(4), rimAt = stream.float(0.76, 0.84), speckled = stream.float(0.05, 0.5)
        let dome = stream.float(0.05, 0.16)
        let powder = Grain(&stream), fibre = Grain(&stream), specks = Grain(&stream)
        surface.core = Surface.Core(albedo: tint * SIMD3(1.04, 1.03, 1.0), gloss: 0, metal: 0)
        surface.paint { point in
            let p = pose.local(point), radius = length(SIMD2(p.x, p.y * stretch))
            if radius > 1 {
                let fuzz = fibre.fractal(point.x * 27, point.y * 27), worn = powder.fractal(point.x * 2, point.y * 2)
                return Surface.Point(
                    height: 0.010 * fuzz, albedo: felt * max(0.25, 1.1 + 1.0 * fuzz + 0.5 * worn), gloss: 0, part: false
                )
            }
            let body = dome * (1 - radius * radius) + 0.15 * (1 - smoothStep(0.84, 1.0, radius))
            let rim = 0.012 * smoothStep(0.05, 0.01, abs(radius - rimAt))
            // The lines stop short of the rim; the fourth kind of tablet has none.
            let first = lines < 3 ? smoothStep(0.065, 0.015, abs(p.y)) * smoothStep(0.70, 0.64, abs(p.x)) : 0
            let second =
                lines == 2 ? smoothStep(0.065, 0.015, abs(p.x)) * smoothStep(0.70, 0.64, abs(p.y * stretch)) : 0
            let score = 0.045 * max(first, second)
            let grain = powder.fractal(p.x * 13, p.y * 13)
            let speck = smoothStep(0.52, 0.62, specks.value(p.x * 16, p.y * 16))
            return Surface.Point(
                height: body + rim - score + 0.006 * grain,
                albedo: mix(tint * (1 + 0.07 * grain), SIMD3(0.46, 0.38, 0.28), speckled * speck), gloss: 0.04,
                part: true)
        }
    }
}
