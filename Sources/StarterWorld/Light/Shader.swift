internal import Imaging

/// Light that single samples of a surface send to the camera.
struct Shader {
    private let shading: Shading
    private let samples: Surface.Samples
    private let width: Int
    private let height: Int
    /// Half of the samples a unit: turns the difference of two neighbours' heights into a slope.
    private let slope: Float
    /// Halfway between lamp and camera, which looks straight down.
    private let half: SIMD3<Float>
    /// Samples that may block the lamp, and the height of the ray at each.
    private let steps: (Step, Step, Step)
    private let reach: Int

    private struct Step {
        var x: Int
        var y: Int
        var rise: Float
    }

    /// How far, in units, samples that may block the lamp are searched for.
    static let shadowReach: Float = 0.026

    init(_ shading: Shading, _ samples: Surface.Samples, _ surface: Surface) {
        (self.shading, self.samples, width, height) = (shading, samples, surface.width, surface.height)
        slope = surface.scale / 2
        let lamp = shading.lamp, sum = lamp + SIMD3(0, 0, 1)
        half = sum / dot(sum, sum).squareRoot()
        let flat = (lamp.x * lamp.x + lamp.y * lamp.y).squareRoot(), scale = surface.scale
        func step(_ distance: Float) -> Step {
            Step(
                x: Int((lamp.x / flat * distance * scale).rounded()),
                y: Int((lamp.y / flat * distance * scale).rounded()),
                rise: distance * lamp.z / flat + 0.003)
        }
        steps = (step(0.3 * Self.shadowReach), step(0.6 * Self.shadowReach), step(Self.shadowReach))
        reach = Int(Self.shadowReach * scale) + 1
    }

    /// - Parameters:
    ///   - shade: share of the lamp's light that comes past the part.
    ///   - mean: height of the neighbourhood.
    @inline(__always)
    func light(_ x: Int, _ y: Int, shade: Float, mean: Float) -> SIMD3<Float> {
        let heights = samples.heights, at = y &* width &+ x, h = heights[at]
        let left = x > 0 ? at &- 1 : at, right = x &+ 1 < width ? at &+ 1 : at
        let up = y > 0 ? at &- width : at, down = y &+ 1 < height ? at &+ width : at
        let dx = (heights[left] - heights[right]) * slope, dy = (heights[up] - heights[down]) * slope
        let inverse = 1 / (dx * dx + dy * dy + 1).squareRoot()
        let normal = SIMD3(dx * inverse, dy * inverse, inverse)
        // How far nearby samples towards the lamp block it.
        var blocked: Float
        if x >= reach && y >= reach && x &+ reach < width && y &+ reach < height {
            blocked = max(
                heights[at &+ steps.0.y &* width &+ steps.0.x] - steps.0.rise,
                heights[at &+ steps.1.y &* width &+ steps.1.x] - steps.1.rise,
                heights[at &+ steps.2.y &* width &+ steps.2.x] - steps.2.rise)
        } else {
            blocked = max(inside(x, y, steps.0), inside(x, y, steps.1), inside(x, y, steps.2))
        }
        blocked = max(0, blocked - h)
        let lit = shade * (1 - 0.8 * min(blocked * 28, 1))
        // Hollows get less light from the room.
        let open = 1 - min(max((mean - h) * 2.2, 0), 0.72)
        let gloss = samples.gloss[at], metal = samples.metal[at], lamp = shading.lamp
        let facing = max(0, (dot(normal, lamp) + shading.softness) / (1 + shading.softness))
        var colour = shading.ambient * open + shading.direct * (facing * lit)
        if metal > 0 { colour = mix(colour, shading.mirrored(normal, gloss) * ((0.35 + 0.65 * lit) * open), metal) }
        colour *= samples.albedo[at]
        if gloss > 0 { colour += shading.direct * (shading.highlight(max(0, dot(normal, half)), gloss) * lit) }
        return colour
    }

    private func inside(_ x: Int, _ y: Int, _ step: Step) -> Float {
        samples.heights[min(max(y + step.y, 0), height - 1) * width + min(max(x + step.x, 0), width - 1)] - step.rise
    }
}
