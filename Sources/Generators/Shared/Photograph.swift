package import Imaging

/// A picture whose surface becomes the material of a defect, instead of a computed texture.
package struct Photograph: Equatable, Sendable {
    /// What records call it.
    package var name: String
    package var image: Image

    package init(name: String, image: Image) { (self.name, self.image) = (name, image) }

    /// The photograph at the size and with the channels of `source`: scaled (Lanczos) until it just covers it, then a
    /// piece of that size from a random place. Where the source has alpha, that alpha stays.
    ///
    /// *Source*: DRAEM squashes its DTD photographs to the picture's size. Deviation: the aspect is kept, so that grain
    /// stays grain.
    func material(like source: Image, _ stream: inout RandomStream) -> Image {
        let scale = max(Double(source.width) / Double(image.width), Double(source.height) / Double(image.height))
        let width = max(source.width, Int((Double(image.width) * scale).rounded()))
        let height = max(source.height, Int((Double(image.height) * scale).rounded()))
        let colours = source.channels == 1 ? image.grey() : image.rgb()
        let x = stream.index(width - source.width + 1), y = stream.index(height - source.height + 1)
        let piece = colours.resized(width: width, height: height, filter: .lanczos)
            .cropped(x: x, y: y, width: source.width, height: source.height)
        guard source.channels == 4 else { return piece }
        var out = source
        for pixel in 0..<source.width * source.height {
            for channel in 0..<3 { out.pixels[4 * pixel + channel] = piece.pixels[3 * pixel + channel] }
        }
        return out
    }
}
