internal import Imaging

/// Scorched by heat: char in the middle, cracked and ashen, brown around, with a soft border of soot.
enum Burn: Damage {
    static let name = "burn"

    static func apply(to surface: inout Surface, _ stream: inout RandomStream) -> [Float] {
        let blob = Blob(
            centre: surface.randomPartPoint(inside: 0.15, &stream), radius: stream.float(0.17, 0.31), fray: 0.26,
            slim: 1.6, &stream)
        let blisters = Grain(&stream), ash = stream.float(0, 0.5)
        return surface.damage(blob) { depth, point, now in
            var then = now
            let grain = blisters.fractal(point.x * 9, point.y * 9)
            let heat = smoothStep(0, 0.55, depth + 0.18 * grain)
            let scorched = now.albedo * SIMD3(0.34, 0.22, 0.12)
            var colour = mix(now.albedo, scorched, min(1, 2.4 * heat))
            let char = smoothStep(0.40, 0.75, heat)
            colour = mix(colour, SIMD3(0.014, 0.013, 0.012) * (1 + grain), char)
            // Ash on top, and fissures in the char.
            let white = smoothStep(0.12, 0.35, blisters.fractal(point.x * 6 + 9, point.y * 6)) * char * ash
            colour = mix(colour, SIMD3(0.30, 0.29, 0.28), white)
            then.albedo = colour
            then.height += 0.030 * heat * grain + 0.008 * white - 0.02 * char
            then.gloss = now.gloss * (1 - heat) + 0.10 * char * max(0, grain)
            then.metal = now.metal * (1 - heat)
            return then
        }
    }
}
