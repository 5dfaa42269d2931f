import ParameterKit

/// Which part of a picture a network sees.
package enum PictureGeometry: String, KeyChoice {
    /// Both sides are resized to the size, whatever the aspect ratio: all of the picture is seen.
    case squash
    /// The short side is resized to 8/7 of the size, and a square is cut from the centre, as the methods' authors do.
    case original

    package var doc: String {
        switch self {
        case .squash: "both sides are resized; all of the picture is seen"
        case .original:
            "the short side is resized to 8/7 of the size, then the centre is cut out; nothing outside is ever found"
        }
    }

    /// For phrases.
    package func phrase(size: Int) -> String {
        switch self {
        case .squash: "pictures squashed to \(size)"
        case .original: "the centre \(size) of pictures whose short side is \(Self.shortSide(of: size))"
        }
    }

    /// Pixels of the short side before the centre is cut out: 256 for 224.
    package static func shortSide(of size: Int) -> Int { Int((Double(size) * 8 / 7).rounded()) }
}
