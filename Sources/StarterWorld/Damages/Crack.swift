internal import Imaging

/// A crack with a branch or two: dark, deep, jagged; one lip stands a little higher than the other.
enum Crack: Damage {
    static let name = "crack"

    static func apply(to surface: inout Surface, _ stream: inout RandomStream) -> [Float] {
        let start = surface.randomPartPoint(inside: 0.2, &stream), heading = stream.uniform(0, 2 * .pi)
        let width = max(1.55 * surface.pixel, stream.float(0.024, 0.037))
        let trunk = Polyline(
            through: start, heading: heading, length: stream.float(0.75, 1.5), halfWidth: width, pieces: 9, bend: 0.75,
            zigzag: true,
            &stream)
        var lines = [trunk]
        for _ in 0..<stream.element([0, 1, 1, 2, 3]) {
            let from = trunk.points[3 + stream.index(trunk.points.count - 6)]
            let turn = stream.uniform(0.5, 1.1) * (stream.chance(0.5) ? 1 : -1)
            lines.append(
                Polyline(
                    through: from, heading: heading + turn, length: stream.float(0.25, 0.6),
                    halfWidth: max(1.3 * surface.pixel, 0.75 * width),
                    pieces: 5, bend: 0.7, zigzag: true, &stream))
        }
        let (centre, reach) = Polyline.square(around: lines)
        let rough = Grain(&stream), core = surface.core
        return surface.damage(around: centre, reach: reach) { point, now in
            let place = lines.reduce(Polyline.Place()) { best, line in
                let next = line.place(of: point)
                return next.depth > best.depth ? next : best
            }
            guard place.depth > 0 else { return nil }
            let grain = rough.fractal(point.x * 16, point.y * 16)
            let depth = place.depth + 0.45 * grain
            guard depth > 0.02 else { return nil }
            var then = now
            let gap = smoothStep(0.12, 0.55, depth)
            then.height += -0.09 * gap + (place.side > 0 ? 0.012 : 0) * (1 - gap)
            // Broken edges show the inside; the gap is black.
            let lip = (1 - gap) * smoothStep(0, 0.2, depth) * 0.7
            then.albedo = mix(now.albedo, core.albedo * (0.75 + grain), lip) * (1 - 0.94 * gap)
            then.gloss *= 1 - gap
            then.metal *= 1 - gap
            return then
        }
    }
}
