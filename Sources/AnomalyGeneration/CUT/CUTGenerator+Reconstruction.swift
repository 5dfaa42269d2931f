import DiffusionModels
import Imaging
import TensorCore

extension CUTGenerator {
    /// Writes the autoencoder's reconstructions of pictures: the decoded posterior mean at each picture's own size, as
    /// PNG.
    ///
    /// A detector trained on these instead of the raw normals can't mistake traces of decoding for an anomaly.
    /// - Throws: `GenerationError` naming the file that can't be read, used or written.
    package func reconstruct(images: [String], outputs: [String], progress: (GenerationProgress) -> Void = { _ in })
        throws(GenerationError)
    {
        precondition(images.count == outputs.count)
        for (index, (image, output)) in zip(images, outputs).enumerated() {
            do {
                let picture = try NormalPicture(
                    image: image, mask: nil, side: model.imageSize, latentSide: model.latentSize)
                let decoded = try withoutGradients {
                    try model.decode(model.encode(picture.pixels.tensor(device: model.device))).select(0, 0)
                }
                guard try decoded.allFinite else {
                    throw GenerationError(.notFinite, "\(image): the autoencoder's picture of it is not finite")
                }
                try picture.restored(Image(decoded: decoded)).write(png: output)
            } catch {
                throw GenerationError(error)
            }
            progress(GenerationProgress(done: index + 1, total: images.count, note: image))
        }
    }
}
