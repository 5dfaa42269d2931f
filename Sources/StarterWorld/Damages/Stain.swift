internal import Imaging

/// Something was spilt and dried: soaked-in colour with a tide mark, in lobes, with splashes beside it. The texture
/// below shows through.
enum Stain: Damage {
    static let name = "stain"

    /// The share of each colour's light that remains: rust, oil, ink, coffee, wine.
    private static let liquids: [SIMD3<Float>] = [
        SIMD3(0.50, 0.20, 0.07), SIMD3(0.26, 0.21, 0.13), SIMD3(0.13, 0.17, 0.40), SIMD3(0.36, 0.22, 0.12),
        SIMD3(0.42, 0.11, 0.15),
    ]
    /// What dries on dark parts: rust, lime, verdigris.
    private static let crusts: [SIMD3<Float>] = [
        SIMD3(0.40, 0.17, 0.06), SIMD3(0.42, 0.41, 0.38), SIMD3(0.22, 0.34, 0.28),
    ]

    static func apply(to surface: inout Surface, _ stream: inout RandomStream) -> [Float] {
        let radius = stream.float(0.15, 0.27), centre = surface.randomPartPoint(inside: 0.12, &stream)
        var blobs = [Blob(centre: centre, radius: radius, fray: 0.30, &stream)]
        for _ in 0..<stream.index(3) {
            let off = SIMD2(stream.float(-1, 1), stream.float(-1, 1)) * (0.9 * radius)
            blobs.append(Blob(centre: centre + off, radius: radius * stream.float(0.35, 0.6), fray: 0.25, &stream))
        }
        for _ in 0..<stream.index(4) {
            let off = SIMD2(stream.float(-1, 1), stream.float(-1, 1)) * (1.7 * radius)
            blobs.append(Blob(centre: centre + off, radius: stream.float(0.03, 0.055), fray: 0.1, &stream))
        }
        let liquid = stream.element(liquids), crust = stream.element(crusts), strength = stream.float(0.72, 0.95),
            tide = stream.float(0.15, 0.5)
        // Dark parts can't be stained darker, so they get a crust.
        let dark = smoothStep(0.16, 0.11, brightness(surface.neighbourhood(of: centre, reach: 0.7 * radius).albedo))
        let soaked = Grain(&stream)
        return surface.damage(around: centre, reach: 2.6 * radius) { point, now in
            let depth = blobs.reduce(Float(-1)) { max($0, $1.depth(at: point)) }
            guard depth > 0 else { return nil }
            var then = now
            let cloud = soaked.fractal(point.x * 4, point.y * 4)
            let edge = smoothStep(0, 0.10, depth), mark = edge * smoothStep(0.22, 0.08, depth)
            let amount = min(
                1, strength * edge * (1 + 0.7 * cloud) * (1 - tide * smoothStep(0.1, 0.5, depth)) + 0.25 * mark)
            let wet = now.albedo * mix(SIMD3(repeating: 1), liquid, amount)
            then.albedo = mix(wet, mix(now.albedo, crust * (1 + 0.8 * cloud), min(1, amount * 1.1)), dark)
            then.height += 0.006 * mark + 0.012 * dark * amount * cloud
            then.gloss = now.gloss * (1 - 0.6 * amount)
            then.metal = now.metal * (1 - 0.7 * amount)
            return then
        }
    }
}
