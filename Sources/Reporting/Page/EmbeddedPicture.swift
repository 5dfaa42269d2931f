package import Imaging

/// A picture as a page holds it: small, and encoded already.
package struct EmbeddedPicture: Sendable, Equatable {
    package enum Format: String, Sendable { case jpeg, png }

    package let format: Format
    package let bytes: [UInt8]
    package let width: Int
    package let height: Int

    /// Pixels of the longer side, at most: four fit beside each other on a laptop, and still show a scratch.
    package static let side = 256

    /// A photo, a map's colours or a soft label as JPEG at quality 80: about 8 KB. Small pictures are not enlarged.
    package init(_ image: Image, side: Int = EmbeddedPicture.side) throws(ImageError) {
        let small = (image.channels == 4 ? image.rgb() : image).thumbnail(width: side, height: side)
        (format, bytes, width, height) = (.jpeg, try small.jpeg(quality: 80), small.width, small.height)
    }

    /// Lines to lay over a picture, as PNG with alpha: `image` has the picture's size already.
    package init(overlay image: Image) throws(ImageError) {
        (format, bytes, width, height) = (.png, try image.png(), image.width, image.height)
    }

    /// A binary label as PNG. Any share of a pixel's area counts, so that a defect of a pixel or two doesn't vanish.
    package init(_ mask: Mask, side: Int = EmbeddedPicture.side) throws(ImageError) {
        let scale = min(1, Double(side) / Double(max(mask.width, mask.height)))
        let width = max(1, Int((Double(mask.width) * scale).rounded()))
        let height = max(1, Int((Double(mask.height) * scale).rounded()))
        let small =
            scale < 1 ? mask.areaAveraged(width: width, height: height).atLeast(.leastNonzeroMagnitude) : mask
        (format, bytes, self.width, self.height) = (.png, try small.png(), width, height)
    }
}
