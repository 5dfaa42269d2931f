package import ParameterKit

/// The noise, the material and the blending of DRAEM's patches (Zavrtanik et al., ICCV 2021, section 3.2).
package struct PerlinSettings: Parameters {
    @Key(
        "A folder of PNG and JPEG pictures to take the material from; without one, textures are computed.",
        .optional(.path),
        affects: .nothing)
    package var textures: ManifestPath? = nil
    @Key(
        "Exponents of 2 of the noise's cells along a side, smallest and largest.",
        .each(.in(0...10), count: 2...2))
    package var scales = [0, 5]
    @Key("Noise above this is damage.", .from(-1, to: 1))
    package var threshold = 0.5
    @Key("Degrees that the noise is turned by, at most, either way.", .from(0, to: 180))
    package var angle = 90.0
    @Key("Share of the normal that shines through, smallest and largest (b).", .each(.from(0, to: 1), count: 2...2))
    package var transparency = [0.0, 0.8]
    /// Specks of a pixel or two train nothing.
    @Key("Masks of a smaller share of the foreground are drawn again (not DRAEM's).", .from(0, to: 0.5))
    package var smallest = 0.002

    package init() {}

    package func check(_ issues: inout Issues) {
        if scales[0] > scales[1] {
            issues.add("the smallest, \(scales[0]), is above the largest, \(scales[1])", at: $scales)
        }
        if transparency[0] > transparency[1] {
            issues.add("the smallest, \(transparency[0]), is above the largest, \(transparency[1])", at: $transparency)
        }
    }
}
