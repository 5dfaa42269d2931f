package import Imaging
package import TensorCore

/// Pictures as the vision tower reads them.
///
/// *Source*: open_clip's and APRIL-GAN's preprocessing, "squash": both sides resized to the size asked for, whatever
/// the aspect ratio.
package struct CLIPPreprocessor: Sendable, Equatable {
    /// *Source*: open_clip's `OPENAI_DATASET_MEAN` and `OPENAI_DATASET_STD`; pixels in 0…1, red, green, blue.
    package static let mean = [0.48145466, 0.4578275, 0.40821073]
    package static let deviation = [0.26862954, 0.26130258, 0.27577711]

    package var size: Int
    package var mean: [Double]
    package var deviation: [Double]

    package init(size: Int, mean: [Double] = CLIPPreprocessor.mean, deviation: [Double] = CLIPPreprocessor.deviation) {
        (self.size, self.mean, self.deviation) = (size, mean, deviation)
    }

    /// A picture as a batch of one: grey becomes three equal channels, alpha is dropped; resized with Pillow's bicubic
    /// filter (a = −0.5, widened when shrinking, 8 bits in and out), then (x / 255 − mean) / deviation.
    ///
    /// - Returns: `[1, 3, size, size]`, float32 on the CPU.
    package func callAsFunction(_ image: Image) throws(TensorError) -> Tensor {
        let squashed = image.rgb().resized(width: size, height: size, filter: .bicubic)
        let values = try Tensor(squashed.pixels, [1, size, size, 3]).to(.float32).permute(0, 3, 1, 2) / 255
        let mean = try Tensor(mean.map { Float($0) }, [1, 3, 1, 1])
        let deviation = try Tensor(deviation.map { Float($0) }, [1, 3, 1, 1])
        return try ((values - mean) / deviation).contiguous()
    }
}
