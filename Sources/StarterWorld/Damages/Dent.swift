internal import Imaging

/// Something hit the part: a bowl with a raised rim. The skin stays, scuffed where it was hit.
enum Dent: Damage {
    static let name = "dent"

    static func apply(to surface: inout Surface, _ stream: inout RandomStream) -> [Float] {
        let radius = stream.float(0.17, 0.31)
        let blob = Blob(
            centre: surface.randomPartPoint(inside: 0.5 * radius, &stream), radius: radius, fray: 0.13, slim: 1.9,
            coarse: 0.9, &stream)
        let deep = radius * stream.float(0.50, 0.85), scuffs = Grain(&stream), scuffed = stream.float(0.2, 0.6)
        // The blow fell aslant: one side is steeper.
        let slant = SIMD2(stream.float(-0.7, 0.7), stream.float(-0.7, 0.7)) / radius
        return surface.damage(blob) { depth, point, now in
            var then = now
            // Rises to the rim, then falls into the bowl, which is flat at its bottom.
            let rim = smoothStep(0, 0.14, depth) * smoothStep(0.34, 0.14, depth), bowl = smoothStep(0.12, 0.85, depth)
            let grain = scuffs.fractal(point.x * 8, point.y * 8)
            then.height +=
                0.10 * deep * rim - deep * bowl * (1 + dot(point - blob.centre, slant)) + 0.07 * radius * bowl * grain
            then.albedo = now.albedo * (1 - (0.22 + 0.22 * scuffed) * bowl + 0.16 * rim + scuffed * 0.5 * bowl * grain)
            return then
        }
    }
}
