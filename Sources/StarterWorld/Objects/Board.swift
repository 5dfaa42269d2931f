internal import Imaging
internal import Glibc

/// A small circuit board with tracks, pads, a chip and resistors, on dark foam: a light object on dark ground.
enum Board: Product {
    static let name = "board"
    static let channels = 3
    static let damages: [any Damage.Type] = [
        Scratch.self, Burn.self, Crack.self, Contamination.self, Discolouration.self, Chip.self,
    ]

    private static let half = BoardArtwork.half
    private static let chip = (centre: SIMD2<Float>(-0.28, 0.02), half: SIMD2<Float>(0.26, 0.20))
    private static let resistors: [SIMD2<Float>] = [
        SIMD2(0.36, -0.36), SIMD2(0.36, -0.10), SIMD2(0.36, 0.16), SIMD2(0.36, 0.42),
    ]
    private static let lacquers: [SIMD3<Float>] = [
        SIMD3(0.030, 0.190, 0.075), SIMD3(0.040, 0.230, 0.060), SIMD3(0.020, 0.110, 0.300), SIMD3(0.320, 0.050, 0.045),
        SIMD3(0.030, 0.190, 0.075),
    ]

    static func paint(on surface: inout Surface, _ stream: inout RandomStream) {
        // The shorter side spans two units; a wide picture has room for a larger board.
        let room = min(max(Double(surface.width) / Double(surface.height), 1), 1.35)
        let pose = Pose(shift: 0.05, turn: 0.14, size: 0.76 * room...0.87 * room, &stream)
        let flip = SIMD2<Float>(stream.chance(0.5) ? 1 : -1, stream.chance(0.5) ? 1 : -1)
        let lacquer = stream.batch(stream.element(lacquers), light: 0.15),
            pad = stream.batch(stream.element([SIMD3(0.62, 0.46, 0.16), SIMD3(0.60, 0.60, 0.60)]))
        let copper = mix(lacquer, SIMD3(0.42, 0.40, 0.22), stream.float(0.18, 0.40))
        let foam = Grain(&stream), weave = Grain(&stream)
        // Parts are set by a machine that is never quite exact.
        let shifts = resistors.map { $0 + SIMD2(stream.float(-0.015, 0.015), stream.float(-0.015, 0.015)) }
        let chipAt = chip.centre + SIMD2(stream.float(-0.015, 0.015), stream.float(-0.015, 0.015))
        let foamColour = stream.batch(SIMD3(0.020, 0.020, 0.023)), artwork = BoardArtwork.shared
        surface.core = Surface.Core(albedo: SIMD3(0.44, 0.36, 0.20), gloss: 0.05, metal: 0.1)
        surface.paint { point in
            let p = pose.local(point) * flip
            guard rounded(p, half, 0.05) < 0 else {
                let cell = foam.fractal(point.x * 15, point.y * 15)
                return Surface.Point(
                    height: 0.02 * cell, albedo: foamColour * max(0.3, 1 + 1.3 * cell), gloss: 0, part: false)
            }
            let glass = weave.fractal(p.x * 16, p.y * 16)
            var result = Surface.Point(
                height: 0.06 + 0.002 * glass, albedo: lacquer * (1 + 0.14 * glass), gloss: 0.14, part: true)
            let distance = artwork.distances(at: p)
            let track = smoothStep(0.028, 0.018, distance.x)
            result.height += 0.010 * track
            result.albedo = mix(result.albedo, copper, track)
            if distance.y < 0.08 {
                let inside = smoothStep(0.034, 0.026, distance.y), ring = smoothStep(0.072, 0.062, distance.y)
                result.albedo = mix(mix(result.albedo, pad, ring), SIMD3(0.01, 0.01, 0.01), inside)
                result.gloss = mix(result.gloss, 0.30, ring * (1 - inside))
                result.metal = 0.6 * ring * (1 - inside)
                result.height += 0.012 * ring - 0.10 * inside
            }
            addChip(p - chipAt, &result, flip)
            if p.x > 0.2 && p.x < 0.52 { for centre in shifts { addResistor(p - centre, &result) } }
            return result
        }
    }

    private static func addChip(_ p: SIMD2<Float>, _ result: inout Surface.Point, _ flip: SIMD2<Float>) {
        guard abs(p.x) < chip.half.x + 0.08 && abs(p.y) < chip.half.y else { return }
        // Legs on the left and the right.
        if abs(p.x) > chip.half.x && abs(p.y) < chip.half.y - 0.005 && sinf((p.y / chip.half.y + 1) * 6 * .pi) > 0 {
            let bow = smoothStep(chip.half.x + 0.08, chip.half.x, abs(p.x))
            result = Surface.Point(
                height: 0.07 + 0.06 * bow, albedo: SIMD3(0.50, 0.51, 0.53), gloss: 0.35, metal: 0.7, part: true)
        }
        let edge = rounded(p, chip.half, 0.02)
        guard edge < 0 else { return }
        let bevel = smoothStep(-0.03, 0, edge)
        let dimple = smoothStep(0.045, 0.035, length(p - SIMD2(-0.19, -0.13)))
        let print =
            (abs(p.y + 0.02) < 0.026 && abs(p.x) < 0.17 && sinf(p.x * 95) > -0.35)
            || (abs(p.y - 0.080) < 0.022 && abs(p.x) < 0.12 && sinf(p.x * 120) > -0.3)
        result = Surface.Point(
            height: 0.18 - 0.05 * bevel - 0.012 * dimple, albedo: SIMD3(repeating: print ? 0.26 : 0.026), gloss: 0.10,
            part: true)
    }

    private static func addResistor(_ p: SIMD2<Float>, _ result: inout Surface.Point) {
        let edge = rounded(p, SIMD2(0.10, 0.056), 0.012)
        guard edge < 0 else { return }
        let cap = smoothStep(0.056, 0.066, abs(p.x))
        result = Surface.Point(
            height: 0.13 - 0.03 * smoothStep(-0.02, 0, edge),
            albedo: mix(SIMD3(0.035, 0.035, 0.04), SIMD3(0.52, 0.52, 0.54), cap),
            gloss: mix(0.12, 0.35, cap), metal: 0.7 * cap, part: true)
    }
}
