import Foundation
import NeuralNet
import StarterTraining
import TensorCore
import Testing

@Suite("Going on from model folders", .serialized)
struct StartingWeightsTests {
    private func trainings(_ settings: TrainingSettings, in place: URL, from: StartingWeights? = nil) throws
        -> [any NetworkTraining]
    {
        [
            try AutoencoderTraining(
                settings, components: .kept(in: place, settings, from: from), from: from, device: .cpu, threads: 1),
            try DiffusionTraining(
                settings, components: .kept(in: place, settings, from: from), from: from, device: .cpu, threads: 1),
            try ClipTraining(settings, from: from, device: .cpu, threads: 1),
        ]
    }

    @Test("a training starts with the weights of the folders, rounded to float16, and learns on")
    func goesOn() throws {
        let (place, models, other) = (
            try SmallTraining.folder(), try SmallTraining.folder(), try SmallTraining.folder()
        )
        defer { for url in [place, models, other] { try? FileManager.default.removeItem(at: url) } }
        let settings = try SmallTraining.settings()
        let trained = try trainings(settings, in: place)
        for training in trained {
            var loop = TrainingLoop(training, folder: place)
            loop.measuresAtEnd = false
            _ = try loop.run(seconds: nil) { training.parameters.steps >= 2 }
        }
        _ = try StarterAssembly.write(settings, work: place, to: models)
        let begun = try trainings(settings, in: other, from: StartingWeights(folder: models))
        for (before, after) in zip(trained, begun) {
            let (old, new) = (try before.result(), try after.result())
            #expect(old.keys.sorted() == new.keys.sorted())
            // The autoencoder's encoder isn't trained: it is written down anew from the components.
            for (name, tensor) in old where !name.hasPrefix("encoder.") && !name.hasPrefix("quant_conv.") {
                let rounded = try tensor.to(.float16).to(.float32).floats()
                #expect(try new[name]?.floats() == rounded, "\(name)")
            }
            #expect(after.parameters.steps == 0)
            let loss = try after.loss(step: 0).loss
            #expect(try after.parameters.step(loss: loss, learningRate: 1e-4).isFinite)
        }
    }

    @Test("folders of other networks or of another latent space are told, and what differs")
    func refused() throws {
        let (place, models) = (try SmallTraining.folder(), try SmallTraining.folder())
        defer { for url in [place, models] { try? FileManager.default.removeItem(at: url) } }
        let settings = try SmallTraining.settings()
        for training in try trainings(settings, in: place) {
            var loop = TrainingLoop(training, folder: place)
            loop.measuresAtEnd = false
            _ = try loop.run(seconds: nil) { true }
        }
        _ = try StarterAssembly.write(settings, work: place, to: models)
        let from = StartingWeights(folder: models)
        func message(_ edit: (inout TrainingSettings) -> Void, _ part: String) throws -> String {
            let settings = try SmallTraining.settings(edit), fresh = try SmallTraining.folder()
            defer { try? FileManager.default.removeItem(at: fresh) }
            do {
                switch part {
                case "clip": _ = try ClipTraining(settings, from: from, device: .cpu, threads: 1)
                default:
                    _ = try DiffusionTraining(
                        settings, components: .kept(in: fresh, settings, from: from), from: from, device: .cpu,
                        threads: 1)
                }
            } catch let error as TrainingError {
                return error.description
            }
            return "accepted"
        }
        #expect(try message({ $0.clip.layers = 3 }, "clip").contains("parameters are missing"))
        #expect(try message({ $0.diffusion.channels = [16, 40] }, "diffusion").contains("of another shape"))
        #expect(try message({ $0.diffusion.text_layers = 2 }, "diffusion").contains("parameters are missing"))
        #expect(try message({ $0.latents.spread = 0.9 }, "diffusion").contains("latents"))
        #expect(try message({ _ in }, "diffusion") == "accepted")
        // Trainings in this folder have components of their own.
        let turned = try SmallTraining.folder()
        defer { try? FileManager.default.removeItem(at: turned) }
        let other = try SmallTraining.settings { $0.seed = 99 }
        #expect(throws: TrainingError.self) {
            try DiffusionTraining(
                settings, components: .kept(in: turned, other), from: from, device: .cpu, threads: 1)
        }
        #expect(throws: (any Error).self) {
            try ClipTraining(
                settings, from: StartingWeights(folder: place.appendingPathComponent("none")), device: .cpu, threads: 1)
        }
    }
}
