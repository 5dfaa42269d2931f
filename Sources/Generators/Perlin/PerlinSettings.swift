package import ParameterKit

/// The noise, the material and the blending of DRAEM's patches (Zavrtanik et al., ICCV 2021, section 3.2), and of GLASS's
/// (Chen et al., ECCV 2024, its local anomalies).
package struct PerlinSettings: Parameters {
    package enum Preset: String, KeyChoice {
        case plain, draem, glass

        package var doc: String {
            switch self {
            case .plain: "DRAEM's masks and opacities; textures are left as they are"
            case .draem: "the same, each texture changed by three of DRAEM's ten augmentations"
            case .glass:
                "GLASS: a third each of one mask, the union and the intersection of two; opacity normal around a half"
            }
        }
    }

    package enum Masks: String, KeyChoice {
        case one, thirds

        package var doc: String {
            switch self {
            case .one: "one for each picture"
            case .thirds: "one, the union of two or the intersection of two, by lot"
            }
        }
    }

    package enum Spread: String, KeyChoice {
        case even, normal

        package var doc: String {
            switch self {
            case .even: "all shares alike"
            case .normal: "normally around the middle, a sixth of the range as deviation, cut off at its ends"
            }
        }
    }

    package enum Changes: String, KeyChoice {
        case none, draem, glass

        package var doc: String {
            switch self {
            case .none: "textures are left as they are"
            case .draem:
                "three of gamma, brightness, sharpness, colour, solarise, posterise, invert, contrast, equalise, rotation"
            case .glass: "three of colour jitter, mirroring, flipping, grey, contrast, equalise, rotation"
            }
        }
    }

    @Key("Defaults for the keys below.", affects: .nothing)
    package var preset = Preset.plain
    @Key("The outline of damage.")
    package var shape = DamageShape.perlin
    @Key("How many noise masks a picture's mask is made of.", at: [Preset.glass: .thirds])
    package var masks = Masks.one
    @Key("How the share that shines through is drawn from its range.", at: [Preset.glass: .normal])
    package var spread = Spread.even
    @Key("How textures are changed before they are used.", at: [Preset.draem: .draem, .glass: .glass])
    package var changes = Changes.none
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
    @Key(
        "Share of the normal that shines through, smallest and largest (b).", .each(.from(0, to: 1), count: 2...2),
        at: [Preset.glass: [0.2, 0.8]])
    package var transparency = [0.0, 0.8]
    /// Specks of a pixel or two train nothing.
    @Key("Masks of a smaller share of the foreground are drawn again (not DRAEM's).", .from(0, to: 0.5))
    package var smallest = 0.002

    package init() {}

    package func check(_ issues: inout Issues) {
        if shape != .perlin, masks != .one {
            issues.add("masks of two are for `shape: perlin`", at: $masks)
        }
        if scales[0] > scales[1] {
            issues.add("the smallest, \(scales[0]), is above the largest, \(scales[1])", at: $scales)
        }
        if transparency[0] > transparency[1] {
            issues.add("the smallest, \(transparency[0]), is above the largest, \(transparency[1])", at: $transparency)
        }
    }
}
