import Foundation
import Testing

extension ProgramTests {
    /// `flawsmith bench` on the untrained model.
    @Suite(.serialized) struct BenchTests {
        private let model: String

        init() throws { model = try Workplace().starter.appendingPathComponent("diffusion").path }

        private func bench(_ arguments: String...) throws -> Program.Outcome {
            try Program.run(["bench", "--model", model, "--device", "cpu", "--repeats", "1"] + arguments)
        }

        @Test(.timeLimit(.minutes(5)))
        func aWholePictureIsCountedAndSetBesideItsParts() throws {
            let outcome = try bench(
                "--whole", "--set", "generation.cut.steps=16", "--set", "generation.cut.guidance.refinements=1",
                "--format",
                "json")
            try #require(outcome.status == 0, "\(outcome.errors)")
            let report = try #require(JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
            let medians = try #require(report["medians_per_picture"] as? [String: Double])
            #expect(medians.keys.sorted() == ["decode", "encode", "evaluation", "forward", "guided", "text"])
            #expect(medians.values.allSatisfy { $0 > 0 })
            let whole = try #require(report["whole"] as? [String: Any])
            // Four steps, an evaluation each, and one refinement at the one place among them.
            #expect(whole["steps"] as? Int == 4)
            #expect([4, 5].contains(whole["evaluations"] as? Int))
            let evaluations = Double(try #require(whole["evaluations"] as? Int))
            let parts =
                try 2 * #require(medians["text"]) + #require(medians["encode"]) + 2 * #require(medians["decode"])
            let passes = try 4 * #require(medians["guided"]) + evaluations * #require(medians["evaluation"])
            #expect(abs(try #require(whole["predicted"] as? Double) - parts - passes) < 1e-6)
            let presets = try #require(report["presets"] as? [String: [String: Any]])
            #expect(presets["paper"]?["passes"] as? Int == 100)
            #expect(presets["paper"]?["evaluations"] as? [Int] == [11, 110])
        }

        @Test func whatDoesNotGoTogetherIsRefused() throws {
            #expect(try bench("--preset", "draft").status == 64)
            #expect(try bench("--whole", "--set", "generation.method=perlin").status == 64)
            #expect(try Program.run(["bench", "--model", "nowhere", "--device", "cpu"]).status == 66)
            let half = try bench("--dtype", "float16")
            #expect(half.status == 65)
            #expect(half.errors.contains("float16 on the processor would take hours"), "\(half.errors)")
        }
    }

    @Suite struct DeviceTests {
        @Test func devicesThatCannotBeAreRefusedBeforeAnythingRuns() throws {
            let place = try Workplace()
            let output = place.folder.appendingPathComponent("out")
            func run(_ arguments: String...) throws -> Program.Outcome {
                try Program.run(["run", place.manifest, "--output", output.path] + arguments)
            }
            let several = try run("--device", "auto,cpu")
            #expect(several.status == 64)
            #expect(several.errors.contains("auto is one device"), "\(several.errors)")
            let half = try run("--device", "cpu", "--set", "generation.cut.dtype=float16")
            #expect(half.status == 64)
            #expect(
                half.errors.contains("generation.cut.dtype: float16 on the processor would take hours"),
                "\(half.errors)")
            // Nor where the device was found out: without a GPU, `auto` is the processor.
            let found = try Program.run(
                ["run", place.manifest, "--output", output.path, "--set", "generation.cut.dtype=float16"],
                environment: ["CUDA_VISIBLE_DEVICES": ""])
            #expect(found.status == 64 && found.errors.contains("would take hours"), "\(found.errors)")
            #expect(!FileManager.default.fileExists(atPath: output.appendingPathComponent("objects").path))
        }
    }
}
