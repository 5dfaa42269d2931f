import AnomalyAnnotation
import AnomalyGeneration
import ClipModels
import DiffusionModels
import GoldenSupport
import Imaging
import NeuralNet
import TensorCore
import Testing

extension EngineTests {
    /// The whole loop against the step-by-step reference, `Tests/Goldens/cut_reference.py`.
    @Suite struct CUTReferenceTests {
        @Test(arguments: ["plain", "refined"])
        func theRunAgrees(name: String) throws {
            let reference = try CUTReference.run(name)
            let bench = try ThinBench()
            let picture = try #require(bench.generator.generate(bench.request(reference)).first)
            #expect(picture.failure == nil)
            #expect(picture.timesteps == reference.timesteps)
            #expect(picture.guidance.refinements == reference.refinements)
            #expect(picture.guidance.stoppedAt == reference.stoppedAt)
            #expect(picture.guidance.evaluations == reference.evaluations)
            for i in reference.timesteps.indices {
                // An n may flip by rounding; the required agreement is one cell
                #expect(abs(picture.guidance.n[i] - reference.n[i]) <= 1, "n at step \(i)")
                #expect(abs(picture.guidance.loss[i] - reference.loss[i]) < 5e-4, "loss at step \(i)")
            }
            let trace = try bench.trace("out-0")
            #expect(try difference(#require(trace["noise"]), reference.tensor("noise")) == 0)
            #expect(try difference(#require(trace["z_start"]), reference.tensor("z_start")) < 1e-5)
            #expect(try relativeError(#require(trace["z0"]), reference.tensor("z0")) < 1e-4)

            // As long as no n differs, whole runs are comparable
            try #require(picture.guidance.n == reference.n)
            for i in reference.timesteps.indices {
                #expect(abs(picture.guidance.stepSize[i] - reference.stepSize[i]) < 1e-9, "step size at step \(i)")
            }
            #expect(try difference(#require(trace["maps"]), reference.tensor("maps")) < 1e-4)
            #expect(try relativeError(#require(trace["z_final"]), reference.tensor("z_final")) < 1e-3)

            let soft = try Plane(contentsOf: bench.path("out-0/attention.png"))
            let expected = try reference.tensor("soft")
            #expect(try difference(Tensor(soft.values, [soft.height, soft.width]), expected) < 1e-4)
            let foreground = try Mask(contentsOf: Goldens.path("cut_\(name)_mask.png"), above: 127)
            let mask = Annotation(soft: soft, foreground: foreground, threshold: 0.5).binary
            let wrong = try zip(mask.values, reference.tensor("binary").array(of: UInt8.self)).count { $0 != $1 }
            #expect(wrong <= 2)  // pixels at the threshold itself
            let image = try Image(contentsOf: bench.path("out-0/image.png"))
            let shown = try reference.tensor("picture").array(of: UInt8.self)
            #expect(!shown.isEmpty && image.pixels.count == shown.count)
            #expect(zip(image.pixels, shown).allSatisfy { abs(Int($0) - Int($1)) <= 2 })
        }

        @Test(arguments: ["plain", "refined"])
        func theFirstEvaluationAgrees(name: String) throws {
            let reference = try CUTReference.run(name)
            let bench = try ThinBench()
            let scene = try bench.generator.prepare(bench.request(reference))
            let sample = try scene.sample(seed: reference.seed)
            let timestep = try #require(scene.timesteps.first)
            let objective = scene.run.guidance.objective
            let evaluation = try #require(objective.evaluate([sample.latent], timestep: timestep).first)
            #expect(evaluation.n == reference.n0)
            #expect(
                try relativeError(#require(evaluation.gradient).select(0, 0), reference.tensor("first_gradient")) < 1e-4
            )
            let map = try objective.map(
                bench.model.unet.attention(sample.latent, timestep: timestep, context: objective.prompt))
            #expect(try difference(map.select(0, 0), reference.tensor("first_map")) < 1e-4)
            // s is at most 0.06 here: a relative bound as well
            #expect(try relativeError(map.select(0, 0), reference.tensor("first_map")) < 1e-4)
        }

        @Test func thePromptIsReadAlike() throws {
            let bench = try ThinBench()
            for name in ["plain", "refined"] {
                let reference = try CUTReference.run(name)
                #expect(bench.model.tokenizer.tokenize(reference.prompt) == reference.ids)
                #expect(
                    try bench.model.tokenizer.positions(of: reference.words, in: reference.prompt)
                        == reference.positions)
            }
        }
    }
}
