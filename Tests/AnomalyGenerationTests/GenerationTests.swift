import AnomalyGeneration
import DiffusionModels
import Foundation
import Generators
import GoldenSupport
import Imaging
import TensorCore
import Testing

extension EngineTests {
    /// How groups behave: batches, repetition, cost, number types.
    @Suite struct GenerationTests {
        private let seeds: [UInt32] = [11, 12, 13]

        private func bytes(_ bench: ThinBench, _ name: String) throws -> [Data] {
            try ["image.png", "attention.png", "reconstruction.png"].map {
                try Data(contentsOf: URL(filePath: bench.path("\(name)/\($0)")))
            }
        }

        /// Each picture of a batch has its own n₀, refinements and stop.
        @Test func aBatchOfThreeIsThreeSingles() throws {
            let bench = try ThinBench()
            let run = try CUTReference.run("refined")
            let together = try bench.generator.generate(bench.request(run, seeds: seeds, to: "together"))
            for (k, seed) in seeds.enumerated() {
                let alone = try #require(
                    bench.generator.generate(bench.request(run, seeds: [seed], to: "alone\(k)")).first)
                #expect(together[k].guidance.n == alone.guidance.n)
                #expect(together[k].guidance.refinements == alone.guidance.refinements)
                #expect(together[k].guidance.stoppedAt == alone.guidance.stoppedAt)
                #expect(together[k].guidance.evaluations == alone.guidance.evaluations)
                let (a, b) = (try bench.trace("together-\(k)"), try bench.trace("alone\(k)-0"))
                #expect(try difference(#require(a["z_start"]), #require(b["z_start"])) == 0)
                #expect(try relativeError(#require(a["z_final"]), #require(b["z_final"])) < 1e-3)
                // Rounding (another batch is another order of sums) starts at 1e-6 and grows with every update:
                // measured up to 1.2e-4
                #expect(try relativeError(#require(a["maps"]), #require(b["maps"])) < 1e-3)
            }
            // The pictures must differ in their own values, or this test would show nothing
            #expect(Set(together.map(\.guidance.refinements)).count > 1)
        }

        /// Before rounding can grow: the gradient of the sum of losses holds each picture's own.
        @Test func anEvaluationOfThreeIsThreeEvaluations() throws {
            let bench = try ThinBench()
            let scene = try bench.generator.prepare(bench.request(CUTReference.run("refined"), seeds: seeds))
            let latents = try seeds.map { try scene.sample(seed: $0).latent }
            let objective = scene.run.guidance.objective
            let together = try objective.evaluate(latents, timestep: 276)
            for (latent, evaluation) in zip(latents, together) {
                let alone = try #require(objective.evaluate([latent], timestep: 276).first)
                #expect(evaluation.n == alone.n && abs(evaluation.loss - alone.loss) < 1e-6)
                #expect(try relativeError(#require(evaluation.gradient), #require(alone.gradient)) < 1e-4)
            }
        }

        @Test func theSameSeedGivesTheSameBytes() throws {
            let run = try CUTReference.run("refined")
            let seeds: [UInt32] = [11, 12]
            var results: [[Data]] = []
            for _ in 0..<2 {
                let bench = try ThinBench()
                func short(_ run: CUTReference.Run, _ seeds: [UInt32], _ name: String, traced: Bool) throws {
                    var request = bench.request(run, seeds: seeds, to: name, traced: traced)
                    request.settings.steps = 20  // S = 6
                    _ = try bench.generator.generate(request)
                }
                try short(run, seeds, "out", traced: false)
                // A group between the two does not change what the caches hold for it
                try short(CUTReference.run("plain"), [7], "other", traced: false)
                try short(run, seeds, "again", traced: true)
                for k in seeds.indices { #expect(try bytes(bench, "out-\(k)") == bytes(bench, "again-\(k)")) }
                results.append(try seeds.indices.flatMap { try bytes(bench, "out-\($0)") })
            }
            #expect(results[0] == results[1])
            #expect(results[0][0] != results[0][3])
        }

        /// Evaluations cost a forward pass each; none may run for a picture after its stop.
        @Test func nothingIsEvaluatedAfterTheStop() throws {
            let bench = try ThinBench()
            let run = try CUTReference.run("refined")
            var passes: [NetworkPass] = []
            bench.generator.observer = { passes.append($0) }
            let pictures = try bench.generator.generate(bench.request(run, seeds: seeds))
            for (seed, picture) in zip(seeds, pictures) {
                let mine = passes.filter { $0.seeds.contains(seed) }
                let evaluations = mine.filter { $0.kind == .evaluation }
                #expect(evaluations.count == picture.guidance.evaluations)
                // The first evaluation of each guided step, and one for each refinement
                let guided = (picture.guidance.stoppedAt.map { $0 + 1 } ?? picture.timesteps.count)
                #expect(evaluations.count == guided + picture.guidance.refinements.reduce(0, +))
                #expect(!evaluations.isEmpty)
                if let stop = picture.guidance.stoppedAt { #expect(evaluations.allSatisfy { $0.step <= stop }) }
                #expect(mine.count { $0.kind == .guided } == picture.timesteps.count)
            }
            #expect(pictures.contains { $0.guidance.stoppedAt != nil })
            #expect(passes.count { $0.kind == .guided } == run.timesteps.count)
        }

        /// In passes of the UNet, evaluations among them; decoding counts for three a picture.
        @Test func progressCountsEveryPassOfEveryPicture() throws {
            let bench = try ThinBench()
            var seen: [GenerationProgress] = []
            var request = try bench.request(CUTReference.run("plain"), seeds: seeds)
            request.settings.steps = 10  // S = 3
            let pictures = try bench.generator.generate(request, progress: { seen.append($0) })
            let passes = pictures.reduce(0) { $0 + $1.guidance.evaluations + 2 * $1.timesteps.count + 3 }
            try #require(seen.count > 1)
            #expect(zip(seen, seen.dropFirst()).allSatisfy { $0.done < $1.done })
            #expect(seen.last?.done == passes && seen.last?.total == passes)
            #expect(seen.allSatisfy { $0.total >= $0.done })
        }

        // MARK: - Steps

        @Test func thePaperRunsFiftyStepsFrom246() throws {
            let bench = try ThinBench()
            var request = bench.request(try CUTReference.run("plain"))
            request.settings = CUTSettings()
            let timesteps = try bench.generator.prepare(request).timesteps
            #expect(timesteps.count == 50)
            #expect(timesteps.first == 246 && timesteps[1] == 241 && timesteps.last == 1)
        }

        // MARK: - Other number types

        /// UNet and text encoder run in bfloat16, everything else in float32: the start is the reference's.
        @Test func halfPrecisionRunsWithLatentsInSingle() throws {
            let bench = try ThinBench(model: ThinModel.load(.bfloat16))
            let reference = try CUTReference.run("plain")
            var request = bench.request(reference)
            request.settings.steps = 10
            let picture = try #require(bench.generator.generate(request).first)
            let losses = picture.guidance.loss
            #expect(picture.failure == nil && losses.count == picture.timesteps.count)
            #expect(!losses.isEmpty && losses.allSatisfy { $0 > 0 && $0 < 1 })
            let trace = try bench.trace("out-0")
            for name in ["z0", "z_start", "z_final", "maps", "image"] { #expect(try trace[name]?.dtype == .float32) }
            #expect(try difference(#require(trace["noise"]), reference.tensor("noise")) == 0)
            #expect(try relativeError(#require(trace["z0"]), reference.tensor("z0")) < 1e-4)
        }

        // MARK: - Pictures on the way

        /// First and last among them, of the source's size; the last is the picture itself but for the last step's own
        /// rounding.
        @Test func someStepsArePicturedAndTheResultIsTheSame() throws {
            let bench = try ThinBench()
            var request = try bench.request(CUTReference.run("refined"), seeds: [11, 12])
            request.settings.steps = 20  // S = 6
            _ = try bench.generator.generate(request)
            let plain = try bytes(bench, "out-1")
            request.traceImages = [bench.path("steps-0"), bench.path("steps-1")]
            request.tracedSteps = 3
            _ = try bench.generator.generate(request)
            #expect(try bytes(bench, "out-1") == plain)
            let names = try FileManager.default.contentsOfDirectory(atPath: bench.path("steps-1")).sorted()
            let timesteps = try bench.generator.prepare(request).timesteps
            let expected = [0, 3, 5].map { "00\($0)-t\(timesteps[$0]).png" }
            #expect(names == expected.map { "map-" + $0 } + expected.map { "step-" + $0 })
            for name in expected {
                let picture = try Image(contentsOf: bench.path("steps-1/step-\(name)"))
                let map = try Plane(contentsOf: bench.path("steps-1/map-\(name)"))
                #expect(picture.width == 50 && picture.height == 37 && map.width == 50 && map.height == 37)
            }
            let last = try Plane(contentsOf: bench.path("steps-1/map-\(expected[2])"))
            #expect(try last == Plane(contentsOf: bench.path("out-1/attention.png")))
        }

        // MARK: - Reconstruction

        @Test func reconstructionKeepsTheSize() throws {
            let bench = try ThinBench()
            try bench.generator.reconstruct(
                images: [Goldens.path("cut_refined.png")], outputs: [bench.path("decoded.png")])
            let decoded = try Image(contentsOf: bench.path("decoded.png"))
            #expect(decoded.width == 50 && decoded.height == 37 && decoded.channels == 3)
        }
    }
}
