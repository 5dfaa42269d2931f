import ParameterKit

/// How pictures of any aspect ratio are brought to whole patches of a transformer.
package enum AspectGeometry: String, KeyChoice {
    case squash
    /// As AnomalyDINO's authors do.
    case original

    package var doc: String {
        switch self {
        case .squash: "both sides are resized; all of the picture is seen"
        case .original:
            "the short side is resized and the aspect ratio kept; what is less than a patch at the right and the bottom is cut off"
        }
    }

    package var picture: PictureGeometry { self == .squash ? .squash : .original }

    /// For phrases.
    package func phrase(size: Int) -> String {
        self == .squash ? "pictures squashed to \(size)" : "pictures whose short side is \(size)"
    }
}
