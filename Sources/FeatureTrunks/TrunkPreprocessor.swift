package import Detectors
package import Imaging
package import TensorCore

/// Pictures as networks trained on ImageNet read them.
///
/// *Source*: resizing as torchvision's preprocessing does on tensors: bilinear, the kernel widened when shrinking.
package struct TrunkPreprocessor: Sendable, Equatable {
    package var size: Int
    package var geometry: PictureGeometry

    /// Where set, and with `original`, pictures keep their aspect ratio, their short side is the size, and what is less
    /// than this many pixels at the right and the bottom is cut off.
    package var patch: Int?

    package var scale: PixelScale

    package init(size: Int, geometry: PictureGeometry, patch: Int? = nil, scale: PixelScale = .imageNet) {
        (self.size, self.geometry, self.patch, self.scale) = (size, geometry, patch, scale)
    }

    /// The longest side that a picture with its aspect ratio kept may have, in short sides: the network's work grows
    /// with its square.
    package static let longest = 8

    /// A picture as a batch of one: grey becomes three equal channels, alpha is dropped.
    ///
    /// - Returns: `[1, 3, size, size]`, float32 on the CPU; with a patch and `original` as many whole patches as fit.
    /// - Throws: `TensorError`, also for a picture whose long side is too long with its aspect ratio kept.
    package func callAsFunction(_ image: Image) throws(TensorError) -> Tensor {
        let picture = image.rgb()
        let frame = frame(width: picture.width, height: picture.height), seen = seen(in: frame)
        guard patch == nil || max(frame.width, frame.height) <= Self.longest * min(frame.width, frame.height) else {
            throw TensorError(
                .invalidArgument,
                "a picture of \(picture.width) × \(picture.height) is more than \(Self.longest) times as long as wide; set the detector's `geometry` to squash"
            )
        }
        let values =
            try Tensor(picture.pixels, [1, picture.height, picture.width, 3]).to(.float32)
            .permute(0, 3, 1, 2).contiguous() / 255
        let resized = try values.interpolate(height: frame.height, width: frame.width, .bilinear, antialias: true)
            .narrow(2, start: frame.top, length: seen.height).narrow(3, start: frame.left, length: seen.width)
        let mean = try Tensor(scale.mean, [1, 3, 1, 1]), deviation = try Tensor(scale.deviation, [1, 3, 1, 1])
        return try ((resized - mean) / deviation).contiguous()
    }

    /// The resized picture, and where the square is cut from it.
    package struct Frame: Sendable, Equatable {
        package var width, height, left, top: Int

        package init(width: Int, height: Int, left: Int, top: Int) {
            (self.width, self.height, self.left, self.top) = (width, height, left, top)
        }
    }

    /// - Parameters:
    ///   - width, height: the picture's.
    package func frame(width: Int, height: Int) -> Frame {
        guard geometry == .original else { return Frame(width: size, height: size, left: 0, top: 0) }
        if patch != nil {
            let least = Double(max(min(width, height), 1))
            func side(_ length: Int) -> Int { max(size, Int((Double(length * size) / least).rounded())) }
            return Frame(width: side(width), height: side(height), left: 0, top: 0)
        }
        let short = PictureGeometry.shortSide(of: size)
        func side(_ length: Int) -> Int { max(short, length * short / max(min(width, height), 1)) }
        let (wide, high) = (side(width), side(height))
        func start(_ length: Int) -> Int { Int((Double(length - size) / 2).rounded(.toNearestOrEven)) }
        return Frame(width: wide, height: high, left: start(wide), top: start(high))
    }

    /// The part of a resized picture that the network sees.
    package func seen(in frame: Frame) -> (width: Int, height: Int) {
        guard geometry == .original, let patch else { return (size, size) }
        return (frame.width / patch * patch, frame.height / patch * patch)
    }

    /// A map of what was seen as a map of the whole picture: as it is where all of it was seen; else put into its place
    /// at the resized picture's pixels, with its minimum around.
    ///
    /// - Parameter map: `[h, w]`, over what was seen.
    package func whole(_ map: Tensor, width: Int, height: Int) throws(TensorError) -> Tensor {
        let frame = frame(width: width, height: height), seen = seen(in: frame)
        guard frame != Frame(width: seen.width, height: seen.height, left: 0, top: 0) else { return map }
        let inside = try map.reshape([1, 1, map.size(0), map.size(1)]).interpolate(
            height: seen.height, width: seen.width, .bilinear)
        let around = [
            frame.left, frame.width - frame.left - seen.width, frame.top, frame.height - frame.top - seen.height,
        ]
        return try inside.pad(around, .constant(map.min().item())).reshape([frame.height, frame.width])
    }
}
