internal import Imaging

/// Sheet metal brushed in one direction: a texture that fills the picture.
enum BrushedMetal: Product {
    static let name = "brushed_metal"
    static let channels = 3
    static let damages: [any Damage.Type] = [
        Scratch.self, Dent.self, Stain.self, Hole.self, Contamination.self, Discolouration.self,
    ]

    /// Steel, aluminium, brass, copper, titanium.
    private static let metals: [SIMD3<Float>] = [
        SIMD3(0.46, 0.465, 0.475), SIMD3(0.56, 0.565, 0.57), SIMD3(0.56, 0.45, 0.21), SIMD3(0.56, 0.32, 0.20),
        SIMD3(0.36, 0.345, 0.33),
        SIMD3(0.46, 0.465, 0.475), SIMD3(0.50, 0.515, 0.53),
    ]

    static func paint(on surface: inout Surface, _ stream: inout RandomStream) {
        let pose = Pose(shift: 0, turn: stream.chance(0.5) ? 0.12 : 1.6, size: 1.0...1.0, &stream)
        let colour = stream.batch(stream.element(metals), light: 0.08, hue: 0.02)
        let fine = stream.float(55, 100), strength = stream.float(0.5, 1.3), length = stream.float(0.6, 2.2)
        let coarse = Grain(&stream), hair = Grain(&stream), warp = Grain(&stream), deep = Grain(&stream)
        surface.core = Surface.Core(albedo: colour * 1.35, gloss: 0.5, metal: 0.9)
        surface.paint { point in
            let p = pose.local(point)
            let lines = hair.fractal(p.x * length, p.y * fine * 0.5),
                broad = coarse.fractal(p.x * 0.5 * length, p.y * fine * 0.13)
            // Single strokes of the brush went deeper.
            let stroke = smoothStep(0.45, 0.62, deep.value(p.x * 1.1 * length, p.y * fine * 0.42))
            let wave = warp.fractal(p.x * 0.7, p.y * 0.7)
            return Surface.Point(
                height: strength * (0.0024 * lines + 0.0022 * broad) + 0.02 * wave - 0.0016 * stroke,
                albedo: colour * (1 + strength * (0.30 * lines + 0.20 * broad) - 0.22 * stroke),
                gloss: 0.32 + 0.2 * lines, metal: 0.85,
                part: true)
        }
    }
}
