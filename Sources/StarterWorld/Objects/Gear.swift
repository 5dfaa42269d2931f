internal import Imaging
internal import Glibc

/// A cog wheel with hub, bore and some lightening holes, on a dark rubber mat: a light object on dark ground.
enum Gear: Product {
    static let name = "gear"
    static let channels = 3
    static let damages: [any Damage.Type] = [
        Chip.self, Scratch.self, Dent.self, Stain.self, Crack.self, Contamination.self, Discolouration.self,
    ]

    /// Steel, bright steel, brass, bronze.
    private static let metals: [SIMD3<Float>] = [
        SIMD3(0.44, 0.445, 0.46), SIMD3(0.52, 0.525, 0.53), SIMD3(0.52, 0.41, 0.19), SIMD3(0.48, 0.33, 0.20),
        SIMD3(0.47, 0.47, 0.48),
    ]

    static func paint(on surface: inout Surface, _ stream: inout RandomStream) {
        let pose = Pose(shift: 0.06, turn: .pi, size: 0.70...0.86, &stream)
        let metal = stream.batch(stream.element(metals), light: 0.1, hue: 0.02)
        let teeth = Float(12 + stream.index(13)), depth = stream.float(0.12, 0.19), bore = stream.float(0.14, 0.22)
        let hub = bore + stream.float(0.10, 0.16), holes = Float(stream.element([0, 0, 4, 5, 6])),
            web = stream.float(0.02, 0.07)
        let mat = stream.batch(SIMD3(0.020, 0.020, 0.021)), keyed = stream.chance(0.5)
        let rimAt = 1 - depth - 0.14, holeAt = (hub + rimAt) / 2, holeSize = (rimAt - hub) * 0.33
        let fan = stream.float(0, .pi), fanned = stream.float(0.20, 0.50), across = SIMD2(cosf(fan), sinf(fan))
        let turning = Grain(&stream), cast = Grain(&stream), rubber = Grain(&stream)
        surface.core = Surface.Core(albedo: metal * 1.25, gloss: 0.35, metal: 0.8)
        surface.paint { point in
            let p = pose.local(point), radius = length(p)
            var angle: Float = 0, outer: Float = 1
            if radius > 1 - depth - 0.05 && radius < 1.02 {
                angle = atan2f(p.y, p.x)
                // A tooth is broad at its foot.
                let phase = abs(fraction(angle * teeth / (2 * .pi)) - 0.5) * 2
                let foot = smoothStep(0.34, 0.62, phase)
                outer = 1 - depth + depth * foot
            }
            var inside = min(outer - radius, radius - bore)
            if keyed && abs(p.y) < 0.05 && p.x > 0 { inside = min(inside, p.x - bore - 0.06) }
            if holes > 0 && abs(radius - holeAt) < holeSize {
                let turn = fraction(atan2f(p.y, p.x) * holes / (2 * .pi)) - 0.5
                let off = SIMD2(radius - holeAt, turn * 2 * .pi / holes * radius)
                inside = min(inside, length(off) - holeSize)
            }
            if inside < 0 {
                let grain = rubber.fractal(point.x * 15, point.y * 15)
                return Surface.Point(
                    height: 0.012 * grain, albedo: mat * max(0.3, 1 + 1.2 * grain), gloss: 0.02, part: false)
            }
            let bevel = smoothStep(0.035, 0, inside)
            let sunk = smoothStep(hub, hub + 0.03, radius) * smoothStep(rimAt + 0.02, rimAt - 0.02, radius)
            let rings = turning.value(radius * 34, 5), skin = cast.fractal(p.x * 11, p.y * 11)
            // Turned metal mirrors the lamp as a fan, for its grooves run around.
            let heading = p / max(radius, 0.001), turned = dot(heading, across)
            let grey =
                (mix(1 + 0.22 * rings + 0.2 * skin, 0.80 + 0.34 * skin, sunk))
                * (1 + fanned * (2 * turned * turned - 1))
            return Surface.Point(
                height: 0.19 - web * sunk - 0.05 * bevel + 0.0022 * rings * (1 - sunk) + (0.003 + 0.005 * sunk) * skin,
                albedo: metal * grey,
                gloss: mix(0.36, 0.12, sunk), metal: mix(0.8, 0.6, sunk), part: true)
        }
    }
}
