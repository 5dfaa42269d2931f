import DiffusionModels
import Imaging
import TensorCore

/// The normal that a group starts from.
struct SDASSource {
    /// As the file has it, alpha included.
    let picture: Image
    let normal: NormalPicture
    /// z₀, `[1, C, h, w]` float32.
    let latent: Tensor
    /// The decoded z₀ at the picture's size, without alpha: what a picture would show had nothing been drawn.
    let reconstruction: Image

    /// - Throws: `GenerationError.Code.notFinite`; what encoding and decoding throw.
    init(_ picture: Image, model: LatentDiffusionModel) throws {
        normal = try NormalPicture(
            picture: picture, foreground: nil, side: model.imageSize, latentSide: model.latentSize)
        latent = try model.encode(normal.pixels.tensor(device: model.device))
        let decoded = try model.decode(latent).select(0, 0)
        guard try latent.allFinite, try decoded.allFinite else {
            throw GenerationError(.notFinite, "the autoencoder's picture of the source image is not finite")
        }
        reconstruction = try normal.restored(Image(decoded: decoded))
        self.picture = picture
    }
}

/// One picture of a group on its way from the noised normal to the result.
struct SDASSample {
    let seed: UInt32
    /// s
    let inflation: Double
    /// ε of the start, `[1, C, h, w]` float32.
    let noise: Tensor
    /// Where the run begins: √ᾱ_t z₀ + √(1−ᾱ_t) ε.
    let start: Tensor
    /// z, `[1, C, h, w]` float32.
    private(set) var latent: Tensor
    /// n of each step; the first is the last step's, so that a shorter run has the noise of a longer one's end.
    private let fresh: [Tensor]

    /// All noise is float32 of LibTorch's CPU generator, whatever the device, and from the picture's seed alone,
    /// whatever the batch.
    init(_ normal: Tensor, seed: UInt32, inflation: Double, grid: SamplingGrid, device: Device) throws {
        let stream = try Generator(seed: seed), shape = normal.shape
        noise = try Tensor.randn(shape, generator: stream).to(device: device)
        fresh = try grid.map { _ in try Tensor.randn(shape, generator: stream).to(device: device) }
        start = try grid.start(from: normal, noise: noise)
        (latent, self.seed, self.inflation) = (start, seed, inflation)
    }

    mutating func take(_ step: SamplingStep, noise: Tensor) throws(TensorError) {
        latent = try step.ancestral(
            latent, noise: noise, fresh: fresh[fresh.count - 1 - step.index], inflation: inflation)
    }
}
