import AnomalyGeneration
import Foundation
import Generators
import GoldenSupport
import ParameterKit
import TensorCore
import Testing

extension EngineTests {
    /// Failures, and what they must not affect.
    @Suite struct GenerationFailureTests {
        private let seeds: [UInt32] = [11, 12, 13]

        private func failure(_ change: (inout GenerationRequest) -> Void) throws -> GenerationError? {
            let bench = try ThinBench()
            var request = bench.request(try CUTReference.run("plain"))
            change(&request)
            return #expect(throws: GenerationError.self) { try bench.generator.generate(request) }
        }

        @Test func wordsHaveToStandInThePrompt() throws {
            let absent = try failure { $0.words = ["scratched"] }
            #expect(absent?.code == .badData && absent?.message.contains("scratched") == true)
            let cut = try failure { $0.prompt = String(repeating: "a ", count: 80) + "damaged" }
            #expect(cut?.code == .badData && cut?.message.contains("damaged") == true)
            #expect(try failure { $0.words = [] }?.code == .badData)
        }

        @Test func filesThatCannotBeUsedAreNamed() throws {
            let missing = try failure { $0.image = "/nowhere/picture.png" }
            #expect(missing?.code == .inputMissing && missing?.message.contains("/nowhere/picture.png") == true)
            let other = try failure { $0.mask = Goldens.path("cut_refined_mask.png") }
            #expect(other?.code == .badData && other?.message.contains("cut_refined_mask.png") == true)
            let nowhere = try failure { $0.outputs = ["/proc/nowhere"] }
            #expect(nowhere?.code == .io)
            // Settings are checked where they are read.
            #expect(throws: ParameterError.self) { try CUTSettings(json: ["gamma": 2]) }
            #expect(throws: ParameterError.self) { try CUTSettings(json: ["guidance": ["places": [0]]]) }
        }

        /// With a softmax this sharp the word is nowhere the most attended one, so s is 0 everywhere and n₀ is 0.
        @Test func aMapWithoutAnyActiveCellIsAFailureOfThatUnit() throws {
            let bench = try ThinBench()
            var request = bench.request(try CUTReference.run("refined"))
            request.words = ["nut"]
            request.settings.guidance.softmaxScale = 1e30
            let picture = try #require(bench.generator.generate(request).first)
            #expect(picture.failure?.code == .notFinite)
            #expect(
                picture.failure?.message.contains("seed 11") == true
                    && picture.failure?.message.contains("step 0") == true)
            #expect(!FileManager.default.fileExists(atPath: bench.path("out-0/image.png")))
        }

        /// A failing picture is named with its step; the others are the same as without it.
        @Test func aBrokenPictureLeavesTheOthersWhole() throws {
            let bench = try ThinBench()
            var request = try bench.request(CUTReference.run("refined"), seeds: seeds)
            request.settings.steps = 20  // S = 6
            let scene = try bench.generator.prepare(request)
            var samples = try seeds.map { try scene.sample(seed: $0) }
            samples[1].latent = try samples[1].latent / 0.0
            try scene.run.denoise(&samples) { _, _ in }
            #expect(samples[1].failure?.code == .notFinite)
            #expect(samples[1].failure?.message.contains("seed 12, step 0") == true)
            for k in [0, 2] {
                var alone = [try scene.sample(seed: seeds[k])]
                try scene.run.denoise(&alone) { _, _ in }
                #expect(samples[k].failure == nil && alone[0].failure == nil)
                #expect(samples[k].guidance.n == alone[0].guidance.n)
                #expect(try relativeError(samples[k].latent, alone[0].latent) < 1e-3)
            }
        }

        /// Records are JSON, which can't express numbers that aren't finite.
        @Test func aFailureLeavesNothingInTheRecordThatIsNotFinite() throws {
            let bench = try ThinBench()
            var request = try bench.request(CUTReference.run("plain"))
            request.settings.steps = 10
            request.settings.guidance.strength = 1e300
            let picture = try #require(bench.generator.generate(request).first)
            #expect(picture.failure?.code == .notFinite)
            let recorded = picture.guidance.loss + picture.guidance.stepSize
            #expect(!recorded.isEmpty && recorded.allSatisfy { $0.isFinite })
        }

        // MARK: - Memory

        /// A device that holds evaluations of no more than `pictures` at once, or of none unless they are checkpointed.
        private func shortOfMemory(_ bench: ThinBench, pictures: Int, onlyCheckpointed: Bool = false) {
            bench.generator.observer = { pass in
                let isTooMuch =
                    pass.seeds.count > pictures || onlyCheckpointed && pass.kind == .evaluation && !pass.isCheckpointed
                if isTooMuch { throw TensorError(.outOfMemory, "out of memory (for a test)") }
            }
        }

        private func generate(_ bench: ThinBench) throws -> (
            pictures: [GeneratedPicture], latents: [Tensor], notices: [String]
        ) {
            var request = try bench.request(CUTReference.run("refined"), seeds: seeds)
            request.settings.steps = 20  // S = 6
            var notices: [String] = []
            let pictures = try bench.generator.generate(request, notice: { notices.append($0) })
            let latents = try seeds.indices.compactMap {
                pictures[$0].failure == nil ? try bench.trace("out-\($0)")["z_final"] : nil
            }
            return (pictures, latents, notices)
        }

        @Test func aGroupThatDoesNotFitIsMadeInSmallerPieces() throws {
            let bench = try ThinBench()
            let whole = try generate(bench)
            #expect(whole.pictures.count == seeds.count && whole.latents.count == seeds.count)
            #expect(whole.pictures.allSatisfy { $0.together == 3 && !$0.isCheckpointed } && whole.notices.isEmpty)
            shortOfMemory(bench, pictures: 1)
            let pieces = try generate(bench)
            #expect(pieces.pictures.count == seeds.count && pieces.latents.count == seeds.count)
            #expect(pieces.pictures.allSatisfy { $0.failure == nil && $0.together == 1 && !$0.isCheckpointed })
            #expect(pieces.notices.count == 1)
            for (one, other) in zip(pieces.latents, whole.latents) { #expect(try relativeError(one, other) < 1e-3) }
            #expect(try generate(bench).notices.isEmpty)
        }

        @Test func aSinglePictureThatDoesNotFitIsMadeWithCheckpointing() throws {
            let bench = try ThinBench()
            let whole = try generate(bench)
            shortOfMemory(bench, pictures: 1, onlyCheckpointed: true)
            let found = try generate(bench)
            #expect(found.pictures.count == seeds.count && found.latents.count == seeds.count)
            #expect(found.pictures.allSatisfy { $0.failure == nil && $0.together == 1 && $0.isCheckpointed })
            #expect(found.notices.count == 1)
            for (one, other) in zip(found.latents, whole.latents) { #expect(try relativeError(one, other) < 1e-3) }
        }

        @Test func whatFitsInNoWayIsAFailureOfItsUnits() throws {
            let bench = try ThinBench()
            shortOfMemory(bench, pictures: 0)
            let found = try generate(bench)
            #expect(found.pictures.count == seeds.count)
            #expect(found.pictures.allSatisfy { $0.failure?.code == .outOfMemory })
            #expect(found.notices.count == 1)
        }
    }
}
