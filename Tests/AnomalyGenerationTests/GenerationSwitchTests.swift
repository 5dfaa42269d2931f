import AnomalyGeneration
import Foundation
import DiffusionModels
import Generators
import GoldenSupport
import Imaging
import TensorCore
import Testing

extension EngineTests {
    /// What every switch of the settings changes.
    @Suite struct GenerationSwitchTests {
        private func picture(_ change: (inout CUTSettings) -> Void) throws -> (GeneratedPicture, [String: Tensor]) {
            let bench = try ThinBench()
            var request = bench.request(try CUTReference.run("refined"))
            change(&request.settings)
            let picture = try #require(bench.generator.generate(request).first)
            #expect(picture.failure == nil)
            return (picture, try bench.trace("out-0"))
        }

        @Test func withoutAttentionNothingIsEvaluated() throws {
            let (picture, trace) = try picture { $0.guidance.attention = false }
            #expect(picture.guidance.evaluations == 0)
            let losses = picture.guidance.loss
            #expect(!losses.isEmpty && losses.count == picture.timesteps.count && losses.allSatisfy { $0 == 0 })
            #expect(trace["maps"]?.shape == [picture.timesteps.count, 16, 16])
        }

        @Test func withoutEarlyStopEveryStepIsGuided() throws {
            let (picture, _) = try picture { $0.guidance.earlyStop = false }
            #expect(picture.guidance.stoppedAt == nil)
            let steps = picture.guidance.stepSize
            #expect(!steps.isEmpty && steps.count == picture.timesteps.count && steps.allSatisfy { $0 > 0 })
        }

        @Test func withoutLocalisationTheSpeedIsTheScheduleAlone() throws {
            let (picture, _) = try picture { $0.guidance.localisation = false }
            #expect(abs(picture.guidance.stepSize[0] - 40 * (1 + 12.0 / 40)) < 1e-12)
            #expect(abs(picture.guidance.stepSize[1] - 40 * (1 + 11.0 / 40)) < 1e-12)
        }

        /// Eq. 4's mask holds the latent's background still at an update; without it the background moves too.
        @Test(arguments: [true, false])
        func theMaskKeepsUpdatesInside(mask: Bool) throws {
            let bench = try ThinBench()
            var request = bench.request(try CUTReference.run("refined"))
            request.settings.guidance.mask = mask
            let scene = try bench.generator.prepare(request)
            var samples = [try scene.sample(seed: 11)]
            let step = try #require(scene.run.steps.steps.first)
            try scene.run.guidance.optimise(&samples, at: step)
            let moved = try (samples[0].latent - samples[0].start).abs().amax(1).select(0, 0)
            let cells = scene.normal.cells.latent
            let outside = try (moved * Tensor(cells.inverted.values.map(Float.init), [32, 32])).max().item()
            let inside = try (moved * Tensor(cells.values.map(Float.init), [32, 32])).max().item()
            #expect(inside > 0)
            #expect(mask ? outside == 0 : outside > 0)
        }

        /// d(−ln a) = −da / a: the same direction, longer the less is attended.
        @Test func theLogarithmsGradientIsThePapersOverTheAttention() throws {
            let bench = try ThinBench()
            func evaluate(_ objective: CUTSettings.Guidance.Objective) throws -> Evaluation {
                var request = bench.request(try CUTReference.run("refined"))
                request.settings.guidance.objective = objective
                let scene = try bench.generator.prepare(request)
                let step = try #require(scene.run.steps.steps.first)
                return try #require(
                    scene.run.guidance.objective.evaluate([scene.sample(seed: 11).latent], timestep: step.timestep)
                        .first)
            }
            let plain = try evaluate(.attention), logarithm = try evaluate(.logarithm)
            #expect(plain.n == logarithm.n && plain.largest == logarithm.largest)
            #expect(abs(plain.loss - (1 - plain.largest)) < 1e-6)
            #expect(abs(logarithm.loss + log(plain.largest)) < 1e-5)
            let expected = try #require(plain.gradient) / plain.largest
            #expect(
                try (#require(logarithm.gradient) - expected).abs().max().item() < 1e-4 * expected.abs().max().item())
        }

        @Test func guidanceRunsForItsShareOfTheSteps() throws {
            let (picture, _) = try picture {
                $0.guidance.earlyStop = false
                $0.guidance.until = 0.5
            }
            let count = picture.timesteps.count
            let guided = picture.guidance.stepSize.map { $0 > 0 }
            #expect(guided == (0..<count).map { 2 * $0 < count })
        }

        /// Where nothing is attended to, and outside the foreground, the result is the normal sample's own latent up to
        /// the noise that the last ᾱ leaves.
        @Test func aLocalBlendKeepsWhatTheWordsDontLookAt() throws {
            let bench = try ThinBench()
            var request = bench.request(try CUTReference.run("refined"))
            request.settings.localBlend = true
            let scene = try bench.generator.prepare(request)
            let picture = try #require(bench.generator.generate(request).first)
            #expect(picture.failure == nil)
            let trace = try bench.trace("out-0")
            let (final, noise) = (try #require(trace["z_final"]), try #require(trace["noise"]))
            let last = try #require(scene.run.steps.steps.last)
            let kept =
                try last.previousAlphaBar.squareRoot() * #require(trace["z0"]) + (1 - last.previousAlphaBar)
                .squareRoot() * noise
            let moved = try (final - kept).abs().amax(0)
            let cells = scene.normal.cells.latent
            let outside = try (moved * Tensor(cells.inverted.values.map(Float.init), [32, 32])).max().item()
            let inside = try (moved * Tensor(cells.values.map(Float.init), [32, 32])).max().item()
            #expect(outside < 1e-5 && inside > 1e-2)
        }

        @Test func withoutImageGuidanceTheRunStartsFromNoiseAlone() throws {
            let (picture, trace) = try picture {
                $0.imageGuidance = false
                $0.steps = 8
            }
            #expect(picture.timesteps.count == 8 && picture.timesteps.first == 876)
            #expect(try difference(#require(trace["z_start"]), #require(trace["noise"])) == 0)
        }

        /// PNDM corrects its first step with one more pass, in which nothing is guided.
        @Test func samplersRunTheirPasses() throws {
            let (pndm, _) = try picture { $0.sampler = .pndm }
            let (ddim, _) = try picture { _ in }
            #expect(pndm.timesteps.count == ddim.timesteps.count + 1)
            #expect(pndm.timesteps[1] == pndm.timesteps[2])
            #expect(pndm.guidance.loss[1] == 0 && pndm.guidance.loss[0] > 0 && pndm.guidance.loss[2] > 0)
            let (solver, _) = try picture {
                ($0.sampler, $0.steps) = (.dpmsolver, 20)
            }
            #expect(solver.timesteps.count == 6)
        }

        /// Every second step reuses the last difference, at half its cost; the result is nearer to the exact one than
        /// to one without guidance.
        @Test func freeGuidanceCanBeHadEverySecondStep() throws {
            let bench = try ThinBench()
            var request = bench.request(try CUTReference.run("plain"))
            request.settings.guidance.attention = false
            var passes: [NetworkPass.Kind] = []
            bench.generator.observer = { passes.append($0.kind) }
            _ = try bench.generator.generate(request)
            let exact = try #require(try bench.trace("out-0")["z_final"])
            let count = passes.count
            #expect(passes == Array(repeating: .guided, count: count))
            passes = []
            request.settings.guidanceEvery = 2
            _ = try bench.generator.generate(request)
            #expect(passes == (0..<count).map { $0 % 2 == 0 ? .guided : .conditional })
            let other = try #require(try bench.trace("out-0")["z_final"])
            request.settings.guidanceScale = 1
            _ = try bench.generator.generate(request)
            let without = try #require(try bench.trace("out-0")["z_final"])
            let moved = try relativeError(other, exact), most = try relativeError(without, exact)
            #expect(moved > 0 && moved < most / 2, "\(moved) of \(most)")
        }

        /// Blocks that are run twice give the same gradient, to rounding.
        @Test func checkpointingChangesNoGradient() throws {
            let bench = try ThinBench()
            let scene = try bench.generator.prepare(bench.request(try CUTReference.run("refined")))
            let latents = [try scene.sample(seed: 11).latent, try scene.sample(seed: 12).latent]
            let timestep = try #require(scene.timesteps.first)
            var objective = scene.run.guidance.objective
            let plain = try objective.evaluate(latents, timestep: timestep)
            objective.isCheckpointed = true
            let again = try objective.evaluate(latents, timestep: timestep)
            for (one, other) in zip(plain, again) {
                #expect(one.n == other.n && abs(one.loss - other.loss) < 1e-6)
                #expect(try relativeError(#require(other.gradient), #require(one.gradient)) < 1e-4)
            }
        }

        /// The step at which guidance stops needs n alone.
        @Test(arguments: [false, true])
        func noGradientIsTakenWhereNoneIsNeeded(isCheckpointed: Bool) throws {
            let bench = try ThinBench()
            let scene = try bench.generator.prepare(bench.request(try CUTReference.run("refined")))
            let latents = [try scene.sample(seed: 11).latent, try scene.sample(seed: 12).latent]
            let timestep = try #require(scene.timesteps.first)
            var objective = scene.run.guidance.objective
            objective.isCheckpointed = isCheckpointed
            let whole = try objective.evaluate(latents, timestep: timestep)
            var asked: [Int] = []
            let half = try objective.evaluate(latents, timestep: timestep) {
                asked.append($0)
                return false
            }
            #expect(Set(asked) == Set(whole.map(\.n)))
            for (one, other) in zip(whole, half) {
                #expect(one.gradient != nil && other.gradient == nil)
                #expect(one.n == other.n && one.loss == other.loss && one.largest == other.largest)
            }
        }
    }
}
