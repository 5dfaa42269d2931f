internal import Glibc
internal import Imaging

extension Surface {
    /// Whether a point lies on the part, in the picture.
    func isPart(_ p: SIMD2<Float>) -> Bool {
        let x = Int((p.x * scale + Float(width) / 2).rounded(.down)),
            y = Int((p.y * scale + Float(height) / 2).rounded(.down))
        return x >= 0 && y >= 0 && x < width && y < height && part[y * width + x]
    }

    /// A random point of the part that lies `inside` units or more from its edge and the picture's, if one is found;
    /// else the one that lies farthest inside among those tried.
    func randomPartPoint(inside: Float, _ stream: inout RandomStream) -> SIMD2<Float> {
        let right = Float(width) / (2 * scale), bottom = Float(height) / (2 * scale)
        var (best, most) = (SIMD2<Float>(0, 0), -1)
        for _ in 0..<200 {
            let p = SIMD2(stream.float(-1, 1) * right, stream.float(-1, 1) * bottom)
            guard isPart(p) else { continue }
            let around = Self.compass.filter { isPart(p + $0 * inside) }.count
            if around > most { (best, most) = (p, around) }
            if most == Self.compass.count { break }
        }
        return best
    }

    /// A random point on the part's outer edge; where the part fills the picture, any point.
    func randomEdgePoint(_ stream: inout RandomStream) -> SIMD2<Float> {
        let right = Float(width) / (2 * scale), bottom = Float(height) / (2 * scale)
        for _ in 0..<20 {
            let angle = stream.float(0, 2 * .pi), heading = SIMD2(cosf(angle), sinf(angle))
            // From the picture's rim towards a point near the middle.
            let aim = SIMD2(stream.float(-0.2, 0.2), stream.float(-0.2, 0.2))
            var distance = min(right / max(abs(heading.x), 0.01), bottom / max(abs(heading.y), 0.01)) - 0.25
            if isPart(aim + heading * distance) { continue }
            while distance > 0.1 && !isPart(aim + heading * distance) { distance -= 0.01 }
            if distance > 0.1 { return aim + heading * distance }
        }
        return randomPartPoint(inside: 0.25, &stream)
    }

    /// Properties of the part in a circle, from some of its samples: the colour of median brightness (without
    /// reflections), the mean height, and the spread of heights.
    func neighbourhood(of centre: SIMD2<Float>, reach: Float) -> (albedo: SIMD3<Float>, height: Float, relief: Float) {
        let places =
            [centre] + Self.compass.map { centre + $0 * reach } + Self.compass.map { centre + $0 * (reach / 2) }
        let found = places.filter(isPart).map { p in
            Int((p.y * scale + Float(height) / 2).rounded(.down)) * width
                + Int((p.x * scale + Float(width) / 2).rounded(.down))
        }
        let colours = found.map { albedo[$0] }.sorted { brightness($0) < brightness($1) },
            levels = found.map { heights[$0] }
        guard let low = levels.min(), let high = levels.max() else { return (SIMD3(repeating: 0.5), 0, 0) }
        return (colours[colours.count / 2], levels.reduce(0, +) / Float(levels.count), high - low)
    }

    private static let compass: [SIMD2<Float>] = (0..<8).map {
        SIMD2(cosf(Float($0) * .pi / 4), sinf(Float($0) * .pi / 4))
    }
}
