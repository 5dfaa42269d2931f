package import ParameterKit

/// Cut&Paste's sizes and colours, as Li et al. (CVPR 2021) have them.
package struct CutPasteSettings: Parameters {
    package enum Shape: String, KeyChoice {
        case rectangle, scar, either, perlin, line, dot, freeform, ellipse

        package var doc: String {
            switch self {
            case .rectangle: "a rectangle of `area`"
            case .scar: "a thin turned strip"
            case .either: "one of the two by a coin"
            case .perlin, .line, .dot, .freeform, .ellipse: drawn?.doc ?? ""
            }
        }

        /// Drawn by every generator alike; nil for Cut&Paste's own.
        var drawn: DamageShape? { DamageShape(rawValue: rawValue) }
    }

    @Key(
        "The outline of a piece; those below the first three are cut out of the part at one place and pasted at another."
    )
    package var shape = Shape.rectangle
    @Key("Share of the picture that a rectangle covers, smallest and largest.", .each(.above(0, to: 1), count: 2...2))
    package var area = [0.02, 0.15]
    @Key(
        "Width of a scar in pixels of a picture of 256, smallest and largest.", .each(.above(0, to: 256), count: 2...2))
    package var scarWidth = [2.0, 16.0]
    @Key(
        "Length of a scar in pixels of a picture of 256, smallest and largest.", .each(.above(0, to: 256), count: 2...2)
    )
    package var scarLength = [10.0, 25.0]
    @Key("Degrees that a scar is turned by, at most, either way.", .from(0, to: 180))
    package var scarAngle = 45.0
    @Key("Share that brightness, contrast, saturation and hue change by, at most, either way.", .from(0, to: 0.5))
    package var jitter = 0.1

    package init() {}

    package func check(_ issues: inout Issues) {
        for (key, range) in [("area", area), ("scar_width", scarWidth), ("scar_length", scarLength)]
        where range[0] > range[1] {
            issues.add("the smallest, \(range[0]), is above the largest, \(range[1])", at: key)
        }
    }
}
