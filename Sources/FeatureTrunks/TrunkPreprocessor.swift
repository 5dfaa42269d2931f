package import Detectors
package import Imaging
package import TensorCore

/// Pictures as networks trained on ImageNet read them.
///
/// *Source*: torchvision's `IMAGENET1K_V1` preprocessing; resizing as torchvision's does on tensors: bilinear, the
/// kernel widened when shrinking.
package struct TrunkPreprocessor: Sendable, Equatable {
    package static let mean: [Float] = [0.485, 0.456, 0.406]
    package static let deviation: [Float] = [0.229, 0.224, 0.225]

    package var size: Int
    package var geometry: PictureGeometry

    package init(size: Int, geometry: PictureGeometry) { (self.size, self.geometry) = (size, geometry) }

    /// A picture as a batch of one: grey becomes three equal channels, alpha is dropped.
    ///
    /// - Returns: `[1, 3, size, size]`, float32 on the CPU.
    package func callAsFunction(_ image: Image) throws(TensorError) -> Tensor {
        let picture = image.rgb()
        let frame = frame(width: picture.width, height: picture.height)
        let values =
            try Tensor(picture.pixels, [1, picture.height, picture.width, 3]).to(.float32)
            .permute(0, 3, 1, 2).contiguous() / 255
        let resized = try values.interpolate(height: frame.height, width: frame.width, .bilinear, antialias: true)
            .narrow(2, start: frame.top, length: size).narrow(3, start: frame.left, length: size)
        let mean = try Tensor(Self.mean, [1, 3, 1, 1]), deviation = try Tensor(Self.deviation, [1, 3, 1, 1])
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
        let short = PictureGeometry.shortSide(of: size)
        func side(_ length: Int) -> Int { max(short, length * short / max(min(width, height), 1)) }
        let (wide, high) = (side(width), side(height))
        func start(_ length: Int) -> Int { Int((Double(length - size) / 2).rounded(.toNearestOrEven)) }
        return Frame(width: wide, height: high, left: start(wide), top: start(high))
    }

    /// A map of the square as a map of the whole picture: as it is where all of it was seen; else put into its place at
    /// the resized picture's pixels, with its minimum around.
    ///
    /// - Parameter map: `[h, w]`, over the square.
    package func whole(_ map: Tensor, width: Int, height: Int) throws(TensorError) -> Tensor {
        let frame = frame(width: width, height: height)
        guard frame != Frame(width: size, height: size, left: 0, top: 0) else { return map }
        let inside = try map.reshape([1, 1, map.size(0), map.size(1)]).interpolate(height: size, width: size, .bilinear)
        let around = [
            frame.left, frame.width - frame.left - size, frame.top, frame.height - frame.top - size,
        ]
        return try inside.pad(around, .constant(map.min().item())).reshape([frame.height, frame.width])
    }
}
