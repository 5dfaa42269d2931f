internal import Imaging
internal import Glibc

/// The mouth of a glass bottle from above, on a light table: shoulder, lip and the dark bore; a dark object on light
/// ground.
enum Bottle: Product {
    static let name = "bottle"
    static let channels = 3
    static let damages: [any Damage.Type] = [Crack.self, Chip.self, Contamination.self, Stain.self, Scratch.self]

    /// Brown, green, blue and grey glass.
    private static let glasses: [SIMD3<Float>] = [
        SIMD3(0.075, 0.030, 0.012), SIMD3(0.095, 0.045, 0.014), SIMD3(0.026, 0.070, 0.030), SIMD3(0.050, 0.070, 0.022),
        SIMD3(0.016, 0.034, 0.090), SIMD3(0.045, 0.048, 0.052),
    ]

    static func paint(on surface: inout Surface, _ stream: inout RandomStream) {
        let pose = Pose(shift: 0.07, turn: .pi, size: 0.66...0.84, &stream)
        let glass = stream.batch(stream.element(glasses), light: 0.25), table = stream.float(0.58, 0.78)
        let lip = stream.float(0.56, 0.66), bore = lip - stream.float(0.13, 0.19), neck = lip + stream.float(0.08, 0.13)
        let glow = stream.float(1.0, 3.0), source = stream.float(0, 6.28), lit = SIMD2(cosf(source), sinf(source))
        let lamps = stream.float(0, 6.28), window = SIMD2(cosf(lamps), sinf(lamps)), broad = stream.float(0.72, 0.93),
            mirror = stream.float(0.35, 0.9)
        let streaks = Grain(&stream), dust = Grain(&stream), depths = Grain(&stream)
        surface.core = Surface.Core(albedo: mix(glass * 4, SIMD3(repeating: 0.46), 0.6), gloss: 0.6, metal: 0)
        surface.paint { point in
            let p = pose.local(point), radius = length(p)
            if radius > 1 {
                let grain = dust.fractal(point.x * 12, point.y * 12)
                return Surface.Point(
                    height: 0.001 * grain, albedo: SIMD3(table, table, table * 0.98) * (1 + 0.025 * grain), gloss: 0,
                    part: false)
            }
            let heading = p / max(radius, 0.001)
            // Light that fell in on one side leaves on the other.
            let through = max(0, dot(heading, lit)),
                flow = streaks.fractal(heading.x * 2.2 + radius * 2.5, heading.y * 2.2)
            if radius < bore {
                // Down in the bottle: dark, with the far wall's glimmer.
                let wall = smoothStep(bore * 0.45, bore, radius)
                let deep = 0.10 + wall * (0.55 + 1.2 * through * glow * 0.5) * (1 + flow)
                return Surface.Point(height: -0.10 + 0.16 * wall, albedo: glass * deep, gloss: 0.12 * wall, part: true)
            }
            if radius < neck {
                // The lip is a ring of round section; behind it a groove.
                let t = min((radius - bore) / (lip - bore), 1.6)
                let bulge = max(0, 1 - (t - 0.5) * (t - 0.5) * 4)
                let groove = smoothStep(lip, lip + 0.03, radius)
                // The lamps' boxes, bent along the ring.
                let facing = dot(heading, window)
                let arc =
                    smoothStep(broad, broad + 0.04, facing) * smoothStep(0.26, 0.34, t) * smoothStep(0.62, 0.54, t)
                    + 0.7 * smoothStep(broad + 0.02, broad + 0.05, -facing) * smoothStep(0.60, 0.66, t)
                    * smoothStep(0.84, 0.78, t)
                let colour = glass * ((1.2 + glow * 0.9 * through * bulge + 0.7 * flow) * (1 - 0.55 * groove))
                return Surface.Point(
                    height: 0.16 + 0.10 * bulge.squareRoot() - 0.04 * groove,
                    albedo: colour + SIMD3(repeating: mirror * arc),
                    gloss: 0.75 * (1 - 0.6 * groove), metal: 0.1, part: true)
            }
            // The shoulder falls off towards its rim; thick glass there looks darker, its edge lets light pass.
            let t = (radius - neck) / (1 - neck)
            let rim = smoothStep(0.80, 0.97, t), ring = smoothStep(0.05, 0, abs(t - 0.45 - 0.1 * flow))
            let bent = dot(heading, window) + 0.04 * flow
            let arc =
                smoothStep(broad - 0.05, broad + 0.06, bent) * smoothStep(0.30, 0.38, t) * smoothStep(0.62, 0.50, t)
            let colour =
                SIMD3(repeating: 0.55 * mirror * arc) + glass
                * ((0.75 + 0.8 * flow + glow * 0.35 * through * (1 - t)) * (1 - 0.45 * rim) + 0.35 * ring + 0.5
                    * smoothStep(0.96, 1, t))
            return Surface.Point(
                height: 0.18 * (1 - t * t) + 0.008 * depths.value(p.x * 3, p.y * 3), albedo: colour, gloss: 0.55,
                metal: 0.1, part: true)
        }
    }
}
