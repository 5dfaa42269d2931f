package import ClipModels
import Imaging
package import TensorCore

/// A CLIP's embeddings of pictures, for statistics over sets of them.
package enum PictureEmbedding {
    /// - Source: Radford et al. 2021, section 2.4: the image's vector in the space shared with texts, not normalised
    ///   (as torch-fidelity takes it for KID).
    /// - Parameters:
    ///   - images: files, at least one; squashed to the model's own size.
    ///   - progress: pictures done, of all.
    /// - Returns: `[images, embedding]`, float32 on the CPU.
    /// - Throws: `ImageError`, `CLIPError`, `TensorError`, and whatever `progress` throws.
    package static func run(
        images: [String], clip: CLIPModel, progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> Tensor {
        try withoutGradients {
            let preprocess = clip.preprocessor(size: clip.configuration.vision.imageSize)
            // One at a time, so that no number depends on its neighbours in a batch.
            let rows = try images.enumerated().map { place, path in
                let pixels = try preprocess(Image(contentsOf: path))
                let row = try clip.vision(pixels.to(device: clip.device)).imageToken.to(.float32, device: .cpu)
                try progress(place + 1, images.count)
                return row
            }
            return try Tensor.cat(rows)
        }
    }
}
