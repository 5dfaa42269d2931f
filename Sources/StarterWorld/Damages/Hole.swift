internal import Glibc
internal import Imaging

/// A hole, torn, drilled or eaten: dark ground, a wall on which the lamp shines, a broken rim with loose fibres or
/// splinters.
enum Hole: Damage {
    static let name = "hole"

    static func apply(to surface: inout Surface, _ stream: inout RandomStream) -> [Float] {
        let centre = surface.randomPartPoint(inside: 0.15, &stream)
        let blob = Blob(
            centre: centre, radius: stream.float(0.12, 0.26), fray: stream.float(0.05, 0.22), slim: 1.6, coarse: 2,
            &stream)
        let rough = Grain(&stream), core = surface.core, floor = stream.float(0.02, 0.18), lift = stream.float(0, 0.03)
        return surface.damage(blob) { depth, point, now in
            let off = point - centre, around = atan2f(off.y, off.x)
            let grain = rough.fractal(point.x * 14, point.y * 14)
            // Threads and splinters stand into the hole.
            let splinter = rough.value(around * 5 + 20, 3) * 0.16
            let inner = depth + splinter * smoothStep(0.5, 0.1, depth)
            let down = smoothStep(0.14, 0.34, inner), rim = smoothStep(0, 0.1, depth) * (1 - down)
            var then = now
            then.height += lift * rim - 0.20 * down + 0.02 * grain * (rim + 0.4 * down)
            let wall = core.albedo * (0.9 + 0.9 * grain)
            then.albedo = mix(mix(now.albedo, wall, 0.75 * rim), core.albedo * (floor * (1 + grain)), down)
            then.gloss = now.gloss * (1 - max(down, 0.7 * rim))
            then.metal = now.metal * (1 - down)
            return then
        }
    }
}
