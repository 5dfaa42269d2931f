package import Imaging
package import ParameterKit

/// A picture with a made defect and where it is.
package struct SyntheticAnomaly: Equatable, Sendable {
    /// The source's size and channels.
    package var image: Image
    /// `[height, width]`, 0...1: how much of the pixel was replaced.
    package var softLabel: Plane
    /// Never empty; inside the foreground.
    package var mask: Mask
    /// The numbers behind the defect, for the picture's record: `method` and what else its generator writes down.
    package var account: JSONValue
}

/// Why no defect could be made.
package enum SyntheticAnomalyError: Error, Equatable, CustomStringConvertible, Sendable {
    case emptyForeground
    case sizes(image: [Int], foreground: [Int])
    /// Every draw left the picture as it was, e.g. a picture of one colour.
    case nothingChanged(draws: Int)
    /// A model's picture differs from the normal's by too little wherever damage was tried.
    case nothingVisible(draws: Int)
    /// Fewer pixels a side than the method needs.
    case tooSmall(image: [Int], least: Int)
    /// A table of constants hasn't this category.
    case noConstants(String)

    package var description: String {
        switch self {
        case .emptyForeground: "the foreground mask is empty: there is no object to damage"
        case .sizes(let image, let foreground):
            "the picture has \(image[0])x\(image[1]) pixels, its foreground mask \(foreground[0])x\(foreground[1])"
        case .nothingChanged(let draws):
            "\(draws) draws in a row changed nothing of the object visibly; is the picture of one colour?"
        case .nothingVisible(let draws):
            "the model changed nothing of the object by \(Int(leastChange)) grey levels in any of \(draws) places; more strength, or more of its gamma, noise and opacity, changes more"
        case .tooSmall(let image, let least):
            "the picture has \(image[0])x\(image[1]) pixels; the method needs \(least) a side"
        case .noConstants(let category):
            "there are no published constants for \(category); use the derived ones"
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

/// Grey levels, the noise of an industrial camera: labelling what changes by less on average would be wrong.
let leastChange = 4.0

extension Image {
    /// Whether the pixels of a mask differ from another picture's by so many grey levels on average.
    func changes(_ other: Image, in mask: Mask, by least: Double) -> Bool {
        var (change, count) = (0, 0)
        for place in mask.values.indices where mask.values[place] != 0 {
            for at in place * channels..<(place + 1) * channels {
                change += abs(Int(pixels[at]) - Int(other.pixels[at]))
            }
            count += channels
        }
        return count > 0 && Double(change) >= least * Double(count)
    }
}
