internal import Imaging

/// Something lies on the part that doesn't belong there: crumbs, a fibre, or drops of glue or grease, with volume and
/// shadow.
enum Contamination: Damage {
    static let name = "contamination"

    static func apply(to surface: inout Surface, _ stream: inout RandomStream) -> [Float] {
        switch stream.index(3) {
        case 0: crumbs(on: &surface, &stream)
        case 1: fibre(on: &surface, &stream)
        default: drops(on: &surface, &stream)
        }
    }

    private static let dusts: [SIMD3<Float>] = [
        SIMD3(0.60, 0.56, 0.48), SIMD3(0.46, 0.26, 0.10), SIMD3(0.05, 0.045, 0.04), SIMD3(0.50, 0.12, 0.08),
        SIMD3(0.16, 0.30, 0.50),
    ]

    /// The first colour, starting at a random one, that stands out from the ground.
    private static func colour(_ colours: [SIMD3<Float>], on ground: SIMD3<Float>, _ stream: inout RandomStream)
        -> SIMD3<Float>
    {
        let first = stream.index(colours.count)
        let turned = colours[first...] + colours[..<first]
        return turned.first { max(brightness($0), brightness(ground)) > 2.4 * min(brightness($0), brightness(ground)) }
            ?? colours[first]
    }

    /// Grains in a heap, larger ones in the middle.
    private static func crumbs(on surface: inout Surface, _ stream: inout RandomStream) -> [Float] {
        let centre = surface.randomPartPoint(inside: 0.15, &stream), spread = stream.float(0.09, 0.20)
        let colour = colour(dusts, on: surface.neighbourhood(of: centre, reach: 0.15).albedo, &stream)
        let grains = (0..<7 + stream.index(10)).map { number in
            let off = SIMD2(Float(stream.normal()), Float(stream.normal())) * (number == 0 ? 0 : spread)
            return (
                blob: Blob(centre: centre + off, radius: stream.float(0.035, 0.085), fray: 0.22, slim: 2, &stream),
                tone: stream.float(0.6, 1.3)
            )
        }
        let rough = Grain(&stream)
        return surface.damage(around: centre, reach: 3 * spread + 0.12) { point, now in
            var best: Float = 0, tone: Float = 1, size: Float = 0
            for grain in grains {
                let depth = grain.blob.depth(at: point)
                if depth > best { (best, tone, size) = (depth, grain.tone, grain.blob.radius) }
            }
            guard best > 0 else { return nil }
            let skin = rough.fractal(point.x * 18, point.y * 18)
            var then = now
            then.height += size * (0.9 * min(best, 0.7).squareRoot() + 0.25 * skin)
            then.albedo = mix(
                now.albedo, colour * (tone * (1 + 0.5 * skin) * (0.55 + 0.45 * smoothStep(0, 0.5, best))),
                smoothStep(0, 0.08, best))
            (then.gloss, then.metal) = (0.05, 0)
            return then
        }
    }

    /// A thread that fell on the part, curled.
    private static func fibre(on surface: inout Surface, _ stream: inout RandomStream) -> [Float] {
        let centre = surface.randomPartPoint(inside: 0.2, &stream)
        let colour = colour(dusts, on: surface.neighbourhood(of: centre, reach: 0.15).albedo, &stream)
        let width = max(1.5 * surface.pixel, stream.float(0.026, 0.042))
        let lines = (0..<1 + stream.index(2)).map { _ in
            Polyline(
                through: centre, heading: stream.uniform(0, 6.28), length: stream.float(0.7, 1.3), halfWidth: width,
                pieces: 10,
                bend: stream.uniform(0.10, 0.35), curl: stream.uniform(-0.45, 0.45), &stream)
        }
        let (middle, reach) = Polyline.square(around: lines)
        let spun = Grain(&stream)
        return surface.damage(around: middle, reach: reach) { point, now in
            let place = lines.reduce(Polyline.Place()) { best, line in
                let next = line.place(of: point)
                return next.depth > best.depth ? next : best
            }
            guard place.depth > 0 else { return nil }
            let twist = spun.value(place.along * 40, place.side * 1.5)
            var then = now
            then.height += 0.07 * place.depth.squareRoot() + 0.02
            then.albedo = mix(now.albedo, colour * (1 + 0.35 * twist), smoothStep(0, 0.25, place.depth))
            (then.gloss, then.metal) = (0.05, 0)
            return then
        }
    }

    /// Glue or grease: glossy domes through which the part is seen.
    private static func drops(on surface: inout Surface, _ stream: inout RandomStream) -> [Float] {
        let centre = surface.randomPartPoint(inside: 0.15, &stream), radius = stream.float(0.12, 0.24)
        var blobs = [Blob(centre: centre, radius: radius, fray: 0.14, coarse: 0.9, &stream)]
        for _ in 0..<stream.index(4) {
            let off = SIMD2(stream.float(-1, 1), stream.float(-1, 1)) * (1.5 * radius)
            blobs.append(Blob(centre: centre + off, radius: stream.float(0.05, 0.10), fray: 0.1, coarse: 0.9, &stream))
        }
        // It fills rough ground and follows round shapes.
        let ground = surface.neighbourhood(of: centre, reach: 0.8 * radius),
            fills = 0.8 * smoothStep(0.16, 0.07, ground.relief)
        let stuffs: [SIMD3<Float>] = [
            SIMD3(0.60, 0.46, 0.16), SIMD3(0.66, 0.64, 0.58), SIMD3(0.06, 0.045, 0.03), SIMD3(0.26, 0.12, 0.04),
        ]
        let colour = colour(stuffs, on: ground.albedo, &stream), cover = stream.float(0.6, 0.9),
            streaks = Grain(&stream)
        return surface.damage(around: centre, reach: 2.5 * radius + 0.12) { point, now in
            var best: Float = 0, size: Float = 0
            for blob in blobs {
                let depth = blob.depth(at: point)
                if depth > best { (best, size) = (depth, blob.radius) }
            }
            guard best > 0 else { return nil }
            let flow = streaks.fractal(point.x * 3, point.y * 3),
                round = (1 - (1 - min(best, 1)) * (1 - min(best, 1))).squareRoot()
            var then = now
            then.height =
                mix(now.height, ground.height, fills * smoothStep(0, 0.2, best)) + size * (0.42 * round + 0.08 * flow)
            then.albedo = mix(
                now.albedo, colour * (1 + 0.4 * flow),
                smoothStep(0, 0.15, best) * (cover + (1 - cover) * smoothStep(0.2, 0, best)))
            (then.gloss, then.metal) = (0.85, 0)
            return then
        }
    }
}
