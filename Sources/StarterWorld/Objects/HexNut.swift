internal import Imaging
internal import Glibc

/// A blackened steel nut from above, on light card: a dark object on light ground, in grey.
enum HexNut: Product {
    static let name = "hex_nut"
    static let channels = 1
    static let damages: [any Damage.Type] = [
        Scratch.self, Dent.self, Chip.self, Stain.self, Contamination.self, Discolouration.self,
    ]

    static func paint(on surface: inout Surface, _ stream: inout RandomStream) {
        let pose = Pose(shift: 0.10, turn: .pi, size: 0.52...0.74, &stream)
        let steel = stream.float(0.05, 0.085), bore = stream.float(0.46, 0.60), card = stream.float(0.42, 0.66)
        let fibres = Grain(&stream), turning = Grain(&stream), forging = Grain(&stream)
        let fan = stream.float(0, .pi), across = SIMD2(cosf(fan), sinf(fan)), fanned = stream.float(0.15, 0.45)
        let rough = stream.float(0.5, 1.5), lathe = stream.float(40, 80), wear = stream.float(0.02, 0.12)
        surface.core = Surface.Core(albedo: SIMD3(repeating: 0.34), gloss: 0.3, metal: 0.8)
        surface.paint { point in
            let p = pose.local(point), radius = length(p)
            let flat = max(abs(p.y), abs(0.8660254 * p.x) + abs(0.5 * p.y))  // 1 along the six sides
            let grain = fibres.fractal(point.x * 14, point.y * 14)
            if flat > 1 || radius < bore {
                let depth: Float = radius < bore ? 0.55 : 1
                return Surface.Point(
                    height: 0.002 * grain, albedo: SIMD3(card, card, card) * ((1 + 0.06 * grain) * depth), gloss: 0,
                    part: false)
            }
            // A cone cuts the corners off; the sides fall steeply; the thread winds down into the bore.
            let chamfer = max(0, radius - 0.93) * 0.55, side = smoothStep(0.94, 1, flat) * 0.16
            let mouth = smoothStep(bore + 0.13, bore + 0.05, radius)
            let thread = mouth * (0.10 + 0.025 * sinf(radius * 170))
            // Rings of the lathe, and a rough skin.
            let rings = turning.value(radius * lathe, 3) * (1 - mouth), skin = forging.fractal(p.x * 8, p.y * 8)
            let worn =
                smoothStep(0.04, 0, abs(radius - 0.93)) * wear + smoothStep(0.03, 0, abs(radius - bore - 0.13)) * wear
                * 0.7
            // The turned face mirrors the lamp as a fan.
            let turned = dot(p / max(radius, 0.001), across), sheen = 1 + fanned * (2 * turned * turned - 1)
            let tone = sheen * steel * (1 + 0.5 * rough * skin + 0.20 * rings) * (1 - 0.5 * mouth) + worn * (0.8 + skin)
            return Surface.Point(
                height: 0.20 - chamfer - side - thread + 0.0020 * rings + 0.006 * rough * skin,
                albedo: SIMD3(repeating: tone),
                gloss: 0.14 + 0.06 * rings, metal: 0.45, part: true)
        }
    }
}
