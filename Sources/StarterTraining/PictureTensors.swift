import Imaging
package import TensorCore

/// Pictures and masks as tensors.
enum PictureTensors {
    /// RGB pictures of one size: [B, 3, H, W], float32, [-1, 1] as x / 127.5 - 1.
    static func pictures(_ images: [Image]) throws(TensorError) -> Tensor {
        let (width, height) = (images[0].width, images[0].height)
        precondition(images.allSatisfy { $0.channels == 3 && $0.width == width && $0.height == height })
        let bytes = try Tensor(images.flatMap(\.pixels), [images.count, height, width, 3])
        return try bytes.to(.float32).permute(0, 3, 1, 2).contiguous() / 127.5 - 1
    }

    /// Share of each cell that is damaged: [B, cells, cells], float32; 0 where there is no mask.
    static func coverage(_ masks: [Mask?], side: Int, cells: Int) throws(TensorError) -> Tensor {
        var values: [Float] = []
        values.reserveCapacity(masks.count * side * side)
        for mask in masks {
            values += mask?.values.map { $0 != 0 ? 1 : 0 } ?? [Float](repeating: 0, count: side * side)
        }
        return try Tensor(values, [masks.count, 1, side, side]).adaptiveAvgPool2d(height: cells, width: cells).reshape(
            masks.count, cells, cells)
    }
}

/// A generator for one step: noise depends on seed, purpose and step alone, so a checkpoint needs no generator's state.
func stepGenerator(_ seed: UInt32, _ purpose: String, _ step: Int) throws(TensorError) -> Generator {
    var stream = RandomStream(seed: UInt64(seed) << 32 ^ UInt64(step), purpose: purpose)
    return try Generator(seed: UInt32(truncatingIfNeeded: stream.next()))
}

extension PictureStream {
    /// Pictures of the stream: [B, 3, S, S], float32, [-1, 1].
    package func tensor(_ indices: Range<Int>) throws(TensorError) -> Tensor {
        try PictureTensors.pictures(indices.map { example($0).image })
    }
}
