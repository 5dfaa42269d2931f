import DiffusionModels
import Foundation
import NeuralNet
import StarterTraining
import TensorCore
import Testing

@Suite("The latent space of the starter autoencoder")
struct LatentSpaceTests {
    let settings: TrainingSettings

    init() throws { settings = try SmallTraining.settings() }

    @Test("components are uncorrelated, scaled as the settings say, and kept for the other trainings")
    func components() throws {
        let place = try SmallTraining.folder()
        defer { try? FileManager.default.removeItem(at: place) }
        let components = try PatchComponents.kept(in: place, settings)
        #expect(try PatchComponents.kept(in: place, settings).matrix.floats() == components.matrix.floats())
        // Exactly unit scale and no correlation hold on the pictures they were taken from.
        let pictures = try PictureStream(settings, purpose: "components").tensor(0..<settings.latents.pictures)
        let latents = try components.encode(pictures).permute(1, 0, 2, 3).flatten(1)
        let centred = try latents - latents.mean(1, keepDim: true)
        let covariance = try (centred.matmul(centred.transposed()) / Double(latents.size(1))).doubles()
        #expect(try latents.mean(1).abs().max().item() < 1e-3)
        #expect(abs(covariance[0] - 1) < 1e-3)
        for i in 0..<8 {
            for j in 0..<i {
                #expect(abs(covariance[i * 8 + j]) < 1e-3 * (covariance[i * 9] * covariance[j * 9]).squareRoot() + 1e-4)
            }
            if i > 0 { #expect(covariance[i * 9] < covariance[(i - 1) * 9] * 1.001) }
        }
        var other = settings
        other.latents.channels = 6
        #expect(throws: TrainingError.self) { try PatchComponents.kept(in: place, other) }
    }

    @Test("the encoder that is written down computes the components", arguments: [DType.float32, .bfloat16])
    func encoder(dtype: DType) throws {
        let place = try SmallTraining.folder()
        defer { try? FileManager.default.removeItem(at: place) }
        let components = try PatchComponents.kept(in: place, settings)
        let training = try AutoencoderTraining(settings, components: components, device: .cpu, threads: 1)
        // As shipped: through float16.
        let weights = try training.result().mapValues { tensor throws(TensorError) in try tensor.to(.float16) }
        let store = ParameterStore(WeightsInMemory(weights), dtype: dtype)
        let network = try AutoencoderKL(store.root, settings.autoencoderConfiguration)
        try store.verify()
        let pictures = try PictureStream(settings, purpose: "encoder").tensor(0..<6)
        let exact = try components.encode(pictures)
        let posterior = try network.encode(pictures)
        let error = try (posterior.mean - exact).abs().max().item()
        // bfloat16 keeps 8 bits: latents up to 4 are off by 4 · 2⁻⁸ and, over two layers, somewhat more.
        #expect(error < (dtype == .float32 ? 0.01 : 0.06), "\(dtype): off by \(error)")
        #expect(try abs(posterior.logVariance.mean().item() - 2 * log(0.03)) < 0.05)
    }
}
