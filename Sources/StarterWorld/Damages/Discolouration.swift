internal import Imaging

/// The colour went, by heat, sun or acid, and the texture stayed: a soft-edged change of hue.
enum Discolouration: Damage {
    static let name = "discolouration"

    /// Temper colours of steel, from the rim to the middle: straw, brown, purple, blue.
    private static let temper: [SIMD3<Float>] = [
        SIMD3(1, 1, 1), SIMD3(0.95, 0.72, 0.32), SIMD3(0.70, 0.38, 0.22), SIMD3(0.40, 0.24, 0.42),
        SIMD3(0.22, 0.34, 0.66),
        SIMD3(0.34, 0.48, 0.68),
    ]
    /// Remaining colours: yellowed, greyed, pink, green.
    private static let fading: [SIMD3<Float>] = [
        SIMD3(0.82, 0.62, 0.24), SIMD3(0.46, 0.44, 0.42), SIMD3(0.80, 0.42, 0.42), SIMD3(0.46, 0.62, 0.34),
        SIMD3(0.60, 0.42, 0.24),
    ]

    static func apply(to surface: inout Surface, _ stream: inout RandomStream) -> [Float] {
        let blob = Blob(
            centre: surface.randomPartPoint(inside: 0.12, &stream), radius: stream.float(0.21, 0.32), fray: 0.26,
            slim: 2.0, coarse: 1.7,
            &stream)
        let mean = brightness(surface.neighbourhood(of: blob.centre, reach: 0.7 * blob.radius).albedo)
        let bleaches = smoothStep(0.20, 0.13, mean), tempers = smoothStep(0.11, 0.16, mean)
        let clouds = Grain(&stream), left = stream.element(fading), strength = stream.float(0.8, 1),
            hot = stream.float(0.7, 1.0)
        return surface.damage(blob) { depth, point, now in
            var then = now
            let cloud = clouds.fractal(point.x * 5, point.y * 5)
            let amount = smoothStep(0, 0.4, depth) * strength * (1 + 0.4 * cloud), bright = brightness(now.albedo)
            let stage = min(max(0, (depth * 1.5 * hot + 0.25 * cloud) * 5), 4.99), step = Int(stage)
            let tinted = now.albedo * mix(temper[step], temper[step + 1], stage - Float(step))
            // Bleached where it was dark, yellowed or greyed where it was light.
            let grey = SIMD3(repeating: bright) * 0.5 + now.albedo * 0.5
            let faded = mix(now.albedo * left, grey * 2.3 + SIMD3(0.07, 0.065, 0.055), bleaches)
            let metal = smoothStep(0.4, 0.6, now.metal) * tempers
            then.albedo = mix(mix(now.albedo, faded, min(amount, 1)), tinted, metal)
            then.gloss = now.gloss * (1 - 0.4 * amount)
            return then
        }
    }
}
