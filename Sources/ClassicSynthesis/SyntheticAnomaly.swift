package import Imaging

/// A picture with a made defect and where it is.
package struct SyntheticAnomaly: Equatable, Sendable {
    /// The source's size and channels.
    package var image: Image
    /// `[height, width]`, 0...1: how much of the pixel was replaced.
    package var softLabel: Plane
    /// Never empty; inside the foreground.
    package var mask: Mask
    /// What was drawn, for the record of the picture.
    package var account: Account

    /// The numbers behind one synthetic defect; fields that a method does not use are absent.
    package struct Account: Codable, Equatable, Sendable {
        package var method: String
        /// Pixels: x, y, width, height of what was cut and of where it went (upper left corners, before cutting to the
        /// foreground).
        package var from: [Int]?
        package var to: [Int]?
        /// Degrees, clockwise on the screen.
        package var angle: Double?
        /// Added to brightness, contrast, saturation, hue; shares.
        package var jitter: [Double]?
        /// Grid cells across and down of the noise.
        package var cells: [Int]?
        /// The computed texture's name, or the photograph's.
        package var texture: String?
        /// Share of the original that shines through.
        package var transparency: Double?
        /// Draws that were thrown away because they changed nothing inside the foreground.
        package var rejected: Int
    }
}

/// Why no defect could be made.
package enum SyntheticAnomalyError: Error, Equatable, CustomStringConvertible, Sendable {
    case emptyForeground
    case sizes(image: [Int], foreground: [Int])
    /// Every draw left the picture as it was, e.g. a picture of one colour.
    case nothingChanged(draws: Int)

    package var description: String {
        switch self {
        case .emptyForeground: "the foreground mask is empty: there is no object to damage"
        case .sizes(let image, let foreground):
            "the picture has \(image[0])x\(image[1]) pixels, its foreground mask \(foreground[0])x\(foreground[1])"
        case .nothingChanged(let draws):
            "\(draws) draws in a row changed no pixel of the object; is the picture of one colour?"
        }
    }
}

/// The foreground, or the whole picture where there is none; checked.
func checkedForeground(_ image: Image, _ foreground: Mask?) throws(SyntheticAnomalyError) -> Mask {
    guard let foreground else { return Mask(width: image.width, height: image.height, repeating: true) }
    guard foreground.width == image.width, foreground.height == image.height else {
        throw .sizes(image: [image.width, image.height], foreground: [foreground.width, foreground.height])
    }
    if foreground.isEmpty { throw .emptyForeground }
    return foreground
}

/// How often a draw is repeated that changes nothing.
let mostDraws = 64
