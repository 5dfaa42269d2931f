internal import Glibc
internal import Imaging

/// A line of straight pieces, thinner towards its ends.
struct Polyline {
    let points: [SIMD2<Float>]
    /// Half width in the middle, units.
    let halfWidth: Float
    /// Corners of the box around it.
    private let low: SIMD2<Float>
    private let high: SIMD2<Float>

    /// Starts at the middle and walks both ways, turning a little at each step.
    ///
    /// - Parameters:
    ///   - bend: radians of a turn at most.
    ///   - zigzag: whether the line comes back to its heading after each turn rather than drift.
    ///   - curl: radians of a turn at every step.
    init(
        through middle: SIMD2<Float>, heading: Double, length: Float, halfWidth: Float, pieces: Int, bend: Double,
        zigzag: Bool = false,
        curl: Double = 0,
        _ stream: inout RandomStream
    ) {
        func walk(_ start: Double, _ stream: inout RandomStream) -> [SIMD2<Float>] {
            var (at, angle, points) = (middle, start, [SIMD2<Float>]())
            for _ in 0..<pieces {
                angle = (zigzag ? 0.65 * start + 0.35 * angle : angle) + stream.uniform(-bend, bend) + curl
                at +=
                    SIMD2(Float(cos(angle)), Float(sin(angle))) * (length / Float(2 * pieces) * stream.float(0.6, 1.4))
                points.append(at)
            }
            return points
        }
        points = walk(heading, &stream).reversed() + [middle] + walk(heading + .pi, &stream)
        self.halfWidth = halfWidth
        low = points.reduce(SIMD2(repeating: 9)) { pointwiseMin($0, $1) } - SIMD2(repeating: halfWidth)
        high = points.reduce(SIMD2(repeating: -9)) { pointwiseMax($0, $1) } + SIMD2(repeating: halfWidth)
    }

    /// Where a point lies with respect to the line.
    struct Place {
        /// How far inside: 1 on the line, 0 at its edge and outside.
        var depth: Float = 0
        /// -1 at the left edge, 1 at the right one.
        var side: Float = 0
        /// 0 at the line's start, 1 at its end.
        var along: Float = 0
    }

    func place(of p: SIMD2<Float>) -> Place {
        var best = Place()
        if p.x < low.x || p.y < low.y || p.x > high.x || p.y > high.y { return best }
        let last = Float(points.count - 1)
        for i in 0..<points.count - 1 {
            let a = points[i], line = points[i + 1] - a, off = p - a
            let square = max(dot(line, line), 1e-9), t = min(max(dot(off, line) / square, 0), 1)
            let away = length(off - line * t)
            if away >= halfWidth { continue }
            let along = (Float(i) + t) / last
            let width = halfWidth * min(1, 5 * min(along, 1 - along) + 0.4)
            let depth = 1 - away / width
            if depth > best.depth {
                best = Place(
                    depth: depth, side: (line.x * off.y - line.y * off.x >= 0 ? 1 : -1) * (1 - depth), along: along)
            }
        }
        return best
    }

    /// A square around several: its middle and half its side.
    static func square(around lines: [Polyline]) -> (centre: SIMD2<Float>, reach: Float) {
        let low = lines.reduce(SIMD2(repeating: 9)) { pointwiseMin($0, $1.low) }
        let high = lines.reduce(SIMD2(repeating: -9)) { pointwiseMax($0, $1.high) }, half = (high - low) / 2
        return ((low + high) / 2, max(half.x, half.y))
    }
}
