package import ParameterKit

/// What of NSA can be chosen (Schlüter et al., ECCV 2022).
package struct NSASettings: Parameters {
    package enum Constants: String, KeyChoice {
        case derived, published

        package var doc: String {
            switch self {
            case .derived: "measured on the normals and their foregrounds"
            case .published: "the released table for MVTec AD's categories, with its brightness thresholds"
            }
        }
    }

    package enum Defects: String, KeyChoice {
        case mended, faithful

        package var doc: String {
            switch self {
            case .mended: "pieces change the part alone, and the label says all that changed"
            case .faithful:
                "as released: pixels change outside the label, and a later piece's label replaces an earlier one's"
            }
        }
    }

    package enum Limits: String, KeyChoice {
        case released, written

        package var doc: String {
            switch self {
            case .released: "the limits for half a piece bound the whole one, as in the released code"
            case .written: "they bound its half, as in the paper"
            }
        }
    }

    package enum Gradients: String, KeyChoice {
        case auto, normal, mixed

        package var doc: String {
            switch self {
            case .auto: "normal for objects, mixed for textures"
            case .normal: "the piece's own"
            case .mixed: "the stronger of the piece and the picture"
            }
        }
    }

    package enum Shape: String, KeyChoice {
        case rectangle, perlin, line, dot, freeform, ellipse

        package var doc: String { drawn?.doc ?? "rectangles, as released" }

        /// nil: the whole piece.
        var drawn: DamageShape? { DamageShape(rawValue: rawValue) }
    }

    @Key("What is cloned: rectangles of the category's sizes, or shapes of their own sizes.")
    package var shape = Shape.rectangle
    @Key("Where sizes of pieces and the scale of labels come from.")
    package var constants = Constants.derived
    @Key("Whether the released code's known faults are kept.")
    package var defects = Defects.mended
    @Key("What the limits of pieces' sizes bound.")
    package var limits = Limits.released
    @Key("Whose differences between neighbouring pixels a piece keeps.")
    package var gradients = Gradients.auto
    @Key(
        "Pieces at most: the first always, each further one by a coin. Without it: the category's own, 3 or 4.",
        .optional(.in(1...16)))
    package var patches: Int? = nil

    package init() {}

    package func check(_ issues: inout Issues) {
        if defects == .faithful, shape != .rectangle {
            issues.add("the released code's faults are those of rectangles; leave out `defects: faithful`", at: $shape)
        }
    }
}
