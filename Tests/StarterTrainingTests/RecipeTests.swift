import DiffusionModels
import Foundation
import NeuralNet
import PictureQuality
import StarterTraining
import TensorCore
import Testing

@Suite("What the recipe of a training can ask for", .serialized)
struct RecipeTests {
    private func diffusion(_ place: URL, _ edit: (inout TrainingSettings) -> Void) throws -> DiffusionTraining {
        let settings = try SmallTraining.settings(edit)
        return try DiffusionTraining(
            settings, components: .kept(in: place, settings), device: .cpu, threads: 1)
    }

    private func inFolder(_ body: (URL) throws -> Void) throws {
        let place = try SmallTraining.folder()
        defer { try? FileManager.default.removeItem(at: place) }
        try body(place)
    }

    @Test("the rate grows in a line, stays, and falls along half a cosine")
    func rate() throws {
        var run = try SmallTraining.settings().diffusion.run
        (run.steps, run.warm_up, run.learning_rate, run.final_share) = (100, 10, 1, 0.1)
        func near(_ step: Int, _ value: Double) -> Bool { abs(run.learningRate(at: step) - value) < 1e-9 }
        run.decay_from = 0.6
        #expect(near(0, 0.1) && near(9, 1) && near(30, 1) && near(60, 1) && near(80, 0.55) && near(100, 0.1))
        run.decay_from = 0
        #expect(near(50, 0.55) && near(100, 0.1))
        run.decay_from = 1
        #expect(near(99, 1))
    }

    @Test("residual branches start at 0 when asked to, and the network then gives no noise")
    func zeros() throws {
        try inFolder { place in
            let drawn = try diffusion(place) { _ in }.result()
            let zeroed = try diffusion(place) { $0.diffusion.zero_residuals = true }.result()
            let changed = try drawn.keys.filter { try drawn[$0]?.floats() != zeroed[$0]?.floats() }
            #expect(changed.contains("unet.conv_out.weight") && changed.contains { $0.contains(".conv2.") })
            #expect(changed.contains { $0.contains(".proj_out.") } && !changed.contains { $0.hasPrefix("text.") })
            for name in changed { #expect(try zeroed[name]?.abs().max().item() == 0) }
        }
    }

    @Test("a limit of the signal-to-noise ratio makes early timesteps count less")
    func limit() throws {
        try inFolder { place in
            func loss(_ limit: Double) throws -> Double {
                let training = try diffusion(place) {
                    ($0.diffusion.snr_limit, $0.diffusion.attention_weight) = (limit, 0)
                    ($0.diffusion.early_share, $0.diffusion.early_until) = (1, 1)
                }
                return try training.loss(step: 0).loss.item()
            }
            let (all, limited) = (try loss(0), try loss(1))
            // Timestep 0 alone: ᾱ = 0.99915, a ratio of 1175.
            #expect(abs(limited / all * 1175 - 1) < 0.02, "\(limited / all)")
        }
    }

    @Test("the pictures of a family share noise and timestep: equal pictures with equal captions have equal errors")
    func families() throws {
        try inFolder { place in
            let alone = try diffusion(place) { _ in }.loss(step: 0).loss.item()
            for size in [2, 4] {
                let training = try diffusion(place) { $0.diffusion.family = size }
                let first = try training.loss(step: 0).loss.item()
                #expect(first.isFinite && first != alone)
                #expect(try training.loss(step: 0).loss.item() == first)
            }
            let clip = try ClipTraining(SmallTraining.settings { $0.clip.family = 4 }, device: .cpu, threads: 1)
            #expect(try clip.loss(step: 0).loss.item().isFinite)
        }
    }

    @Test("LPIPS takes part in the autoencoder's loss, leads gradients back, and is asked for when it is missing")
    func perceptual() throws {
        try inFolder { place in
            let settings = try SmallTraining.settings { $0.autoencoder.perceptual_weight = 0.5 }
            func training(_ network: LPIPSNetwork?) throws -> AutoencoderTraining {
                try AutoencoderTraining(
                    settings, components: .kept(in: place, settings), perceptual: network, device: .cpu, threads: 1)
            }
            #expect(throws: TrainingError.self) { try training(nil).loss(step: 0) }
            let drawn = ParameterStore(drawnFrom: try Generator(seed: 1))
            _ = try LPIPSNetwork(drawn.root)
            let weights = Dictionary(drawn.named, uniquingKeysWith: { first, _ in first })
            let network = try LPIPSNetwork(ParameterStore(WeightsInMemory(weights), trainable: true).root)
            let learner = try training(network)
            let (loss, figures) = try learner.loss(step: 0)
            #expect((figures["lpips"] ?? 0) != 0)
            let without = try #require(figures["l1"]) + 0.5 * #require(figures["edges"])
            #expect(abs(try loss.item() - without - 0.5 * #require(figures["lpips"])) < 1e-5)
            #expect(try learner.parameters.step(loss: loss, learningRate: 1e-4).isFinite)
        }
    }

    @Test("a decoder is measured in float32, whatever it learns in")
    func measuredAsShipped() throws {
        try inFolder { place in
            func figures(_ dtype: String) throws -> [String: Double] {
                let settings = try SmallTraining.settings { $0.autoencoder.run.dtype = dtype }
                return try AutoencoderTraining(
                    settings, components: .kept(in: place, settings), device: .cpu, threads: 1
                ).measure(parts: 1)
            }
            let (half, full) = (try figures("bfloat16"), try figures("float32"))
            #expect(half == full)
        }
    }

    @Test("what can't work is told")
    func problems() throws {
        let place = try SmallTraining.folder()
        defer { try? FileManager.default.removeItem(at: place) }
        func message(_ edit: (inout TrainingSettings) -> Void) throws -> String {
            let file = place.appendingPathComponent("settings.json")
            try JSONEncoder().encode(SmallTraining.settings(edit)).write(to: file)
            do { _ = try TrainingSettings(contentsOf: file) } catch { return "\(error)" }
            return "accepted"
        }
        #expect(try message { _ in } == "accepted")
        #expect(try message { $0.diffusion.family = 3 }.contains("diffusion.family"))
        #expect(try message { $0.clip.family = 1 }.contains("clip.family"))
        #expect(try message { $0.clip.family = 3 }.contains("clip.family"))
        #expect(try message { $0.caption_names_kind = 1.5 }.contains("caption_names_kind"))
        #expect(try message { $0.diffusion.snr_limit = -1 }.contains("snr_limit"))
        #expect(try message { $0.diffusion.run.decay_from = 2 }.contains("decay_from"))
        #expect(try message { $0.autoencoder.perceptual_dtype = "int8" }.contains("perceptual_dtype"))
        #expect(
            try message { ($0.autoencoder.perceptual_weight, $0.autoencoder.crop) = (1, 24) }.contains("perceptual"))
    }
}
