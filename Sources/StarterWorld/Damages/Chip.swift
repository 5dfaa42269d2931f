internal import Imaging

/// A piece broke off the edge: the fracture is bare, shell-shaped, rough and steep.
enum Chip: Damage {
    static let name = "chip"

    static func apply(to surface: inout Surface, _ stream: inout RandomStream) -> [Float] {
        let blob = Blob(
            centre: surface.randomEdgePoint(&stream), radius: stream.float(0.18, 0.31), fray: 0.20, slim: 1.7,
            coarse: 1.8, &stream)
        let rough = Grain(&stream), facets = Grain(&stream)
        let core = surface.core, roughness = 1 - 0.8 * min(1, core.gloss / 0.6), deep = stream.float(0.10, 0.26)
        // Shells spread from where the blow fell.
        let origin = blob.centre + SIMD2(stream.float(-0.1, 0.1), stream.float(-0.1, 0.1))
        return surface.damage(blob) { depth, point, now in
            var then = now
            let broken = smoothStep(0, 0.07, depth), grain = roughness * rough.fractal(point.x * 13, point.y * 13)
            let shells = abs(fraction(length(point - origin) * 11 + 1.2 * facets.value(point.x * 4, point.y * 4)) - 0.5)
            let plane = facets.fractal(point.x * 5, point.y * 5)
            let fall = 0.03 + deep * depth + 0.06 * plane + 0.03 * shells
            then.height = mix(now.height, max(-0.02, now.height - fall), broken) + 0.014 * broken * grain
            let bare = core.bare(on: now.albedo) * (1 + 0.55 * grain + 0.35 * plane)
            then.albedo = mix(now.albedo, bare, 0.94 * broken)
            then.gloss = mix(now.gloss, core.gloss * 0.6, broken)
            then.metal = mix(now.metal, core.metal * 0.5, broken)
            return then
        }
    }
}
