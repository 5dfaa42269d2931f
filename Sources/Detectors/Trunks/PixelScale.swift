/// How a network wants its pixels, which are 0…1 before: minus a mean, by a deviation, colour by colour.
package enum PixelScale: Sendable, Equatable {
    /// *Source*: torchvision's `IMAGENET1K_V1` preprocessing.
    case imageNet
    /// From -1 to 1, as networks that come from TensorFlow read them.
    case symmetric

    package var mean: [Float] { self == .imageNet ? [0.485, 0.456, 0.406] : [0.5, 0.5, 0.5] }
    package var deviation: [Float] { self == .imageNet ? [0.229, 0.224, 0.225] : [0.5, 0.5, 0.5] }
}
