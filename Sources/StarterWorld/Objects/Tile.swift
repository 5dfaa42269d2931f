internal import Imaging

/// Glazed ceramic tiles, some with their joints in sight: a texture that fills the picture.
enum Tile: Product {
    static let name = "tile"
    static let channels = 3
    static let damages: [any Damage.Type] = [
        Crack.self, Chip.self, Stain.self, Scratch.self, Contamination.self, Hole.self,
    ]

    private static let glazes: [SIMD3<Float>] = [
        SIMD3(0.66, 0.65, 0.62), SIMD3(0.62, 0.55, 0.42), SIMD3(0.12, 0.34, 0.36), SIMD3(0.46, 0.17, 0.08),
        SIMD3(0.08, 0.14, 0.32),
        SIMD3(0.16, 0.28, 0.14), SIMD3(0.30, 0.31, 0.33), SIMD3(0.58, 0.42, 0.16),
    ]

    static func paint(on surface: inout Surface, _ stream: inout RandomStream) {
        let pose = Pose(shift: 0, turn: 0.10, size: 1.0...1.0, &stream)
        let glaze = stream.batch(stream.element(glazes)), other = stream.batch(glaze, light: 0.3, hue: 0.15)
        let grout = stream.batch(SIMD3(0.44, 0.42, 0.39), light: 0.3)
        let joints = stream.index(4)  // none, upright, level, both
        let jx = stream.float(-0.55, 0.55), jy = stream.float(-0.55, 0.55), gap = stream.float(0.028, 0.05)
        let mottle = stream.float(0.2, 0.9), coarse = stream.float(1.2, 4), shine = stream.float(0.25, 0.7)
        let clouds = Grain(&stream), specks = Grain(&stream), sand = Grain(&stream), swell = Grain(&stream)
        let speckle = stream.chance(0.5) ? stream.float(0.2, 0.7) : 0
        surface.core = Surface.Core(
            albedo: stream.element([SIMD3(0.56, 0.30, 0.17), SIMD3(0.66, 0.60, 0.50)]), gloss: 0, metal: 0)
        surface.paint { point in
            let p = pose.local(point)
            let fromX: Float = joints == 1 || joints == 3 ? abs(p.x - jx) : 9,
                fromY: Float = joints >= 2 ? abs(p.y - jy) : 9
            let nearest = min(fromX, fromY)
            let cloud = clouds.fractal(p.x * coarse, p.y * coarse)
            if nearest < gap {
                let rough = sand.fractal(p.x * 22, p.y * 22)
                return Surface.Point(height: 0.02 * rough, albedo: grout * (1 + 0.35 * rough), gloss: 0, part: true)
            }
            let fine = specks.fractal(p.x * 9, p.y * 9)
            let speck = smoothStep(0.40, 0.5, specks.value(p.x * 21, p.y * 21)) * speckle
            // Each tile of the wall came from another place of the kiln.
            let number = Int32((joints & 1) == 1 && p.x > jx ? 1 : 0) + Int32(joints >= 2 && p.y > jy ? 2 : 0)
            let kiln = 0.94 + 0.12 * chance(number, Int32(coarse * 1000))
            let round = smoothStep(gap + 0.06, gap, nearest)
            let colour =
                mix(glaze, other, min(max(0.5 + mottle * 1.4 * cloud, 0), 1))
                * ((1 + 0.10 * fine) * kiln * (1 + 0.18 * round))
            return Surface.Point(
                height: 0.075 - 0.03 * round * round + 0.035 * swell.value(p.x * 1.3, p.y * 1.3) + 0.0025 * fine,
                albedo: colour * (1 - speck), gloss: shine, part: true)
        }
    }
}
