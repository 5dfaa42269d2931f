internal import Imaging

/// A hard edge was drawn over the part, once or a few times: grooves with raised lips, bare material in them.
enum Scratch: Damage {
    static let name = "scratch"

    static func apply(to surface: inout Surface, _ stream: inout RandomStream) -> [Float] {
        let start = surface.randomPartPoint(inside: 0.15, &stream), heading = stream.uniform(0, 2 * .pi)
        let width = max(1.5 * surface.pixel, stream.float(0.026, 0.044)), length = stream.float(0.55, 1.25),
            bend = stream.uniform(0.04, 0.20)
        var lines = [
            Polyline(through: start, heading: heading, length: length, halfWidth: width, pieces: 6, bend: bend, &stream)
        ]
        for _ in 0..<stream.element([0, 0, 1, 2]) {
            let beside = start + SIMD2(stream.float(-0.12, 0.12), stream.float(-0.12, 0.12))
            lines.append(
                Polyline(
                    through: beside, heading: heading + stream.uniform(-0.15, 0.15),
                    length: length * stream.float(0.3, 0.8),
                    halfWidth: max(1.3 * surface.pixel, 0.75 * width), pieces: 5, bend: bend, &stream))
        }
        let (centre, reach) = Polyline.square(around: lines)
        // A fresh groove in metal flashes or is in its own shadow, as the lamp stands.
        let flashes = surface.core.metal > 0.5 && stream.chance(0.5)
        let core = surface.core, tremble = Grain(&stream)
        return surface.damage(around: centre, reach: reach) { point, now in
            let place = lines.reduce(Polyline.Place()) { best, line in
                let next = line.place(of: point)
                return next.depth > best.depth ? next : best
            }
            // The tool jumped here and there, and tore the edge.
            let torn = tremble.fractal(point.x * 9, point.y * 9)
            let depth = place.depth + 0.35 * torn
            guard place.depth > 0, depth > 0.02 else { return nil }
            var then = now
            then.height += depth > 0.40 ? -0.030 * (depth - 0.40) / 0.6 : 0.010 * smoothStep(0, 0.35, depth)
            let laidBare = smoothStep(0.10, 0.50, depth)
            let bare = flashes ? now.albedo * 1.5 + SIMD3(repeating: 0.22) : core.bare(on: now.albedo)
            let colour = bare * (1 + 0.5 * torn)
            then.albedo = mix(now.albedo, colour, 0.88 * laidBare)
            then.gloss = mix(now.gloss, core.gloss, laidBare)
            then.metal = mix(now.metal, core.metal * 0.6, laidBare)
            return then
        }
    }
}
