import Foundation
import Testing

/// Bad input ends in a clear message and the documented exit code, and leaves nothing half done.
extension ProgramTests {
    @Suite(.serialized) struct BadInputTests {
        let place: Workplace
        init() throws { place = try Workplace() }

        private func run(_ arguments: String..., environment: [String: String] = [:]) throws -> Program.Outcome {
            let output = place.folder.appendingPathComponent("out").path
            return try Program.run(
                ["run", place.manifest, "--output", output, "--device", "cpu"] + arguments, environment: environment)
        }

        @Test func anUnknownKeyIsNamedWithItsPlaceAndANeighbour() throws {
            try place.write(
                place.text().replacingOccurrences(of: "steps:", with: "stepz:").replacingOccurrences(
                    of: "epochs: 4", with: "epochs: many"))
            let outcome = try run()
            #expect(outcome.status == 78)
            #expect(outcome.errors.contains("small.yaml:8:"), "\(outcome.errors)")
            #expect(outcome.errors.contains("did you mean `steps`"), "\(outcome.errors)")
            #expect(outcome.errors.contains("small.yaml:13:"), "all at once: \(outcome.errors)")
        }

        @Test func anUnknownCategoryIsNamed() throws {
            let outcome = try run("--set", "dataset.categories=[hex_nut, table]")
            #expect(outcome.status == 78)
            #expect(outcome.errors.contains("table") && outcome.errors.contains("tablet"), "\(outcome.errors)")
        }

        @Test func missingFilesAre66() throws {
            #expect(try run("--set", "dataset.path=nowhere.tar").status == 66)
            #expect(try run("--set", "models.diffusion=nowhere").status == 66)
            #expect(try Program.run(["run", "nowhere.yaml"]).status == 66)
            #expect(try Program.run(["run"]).status == 64)
            #expect(try run("--only", "nothing").status == 64)
        }

        @Test func aTruncatedArchiveStopsIngestAndTheWholeOneGoesOn() throws {
            let whole = try Data(contentsOf: place.starter.appendingPathComponent("starter_mvtec.tar.xz"))
            let archive = place.folder.appendingPathComponent("cut.tar.xz")
            try whole.prefix(whole.count * 2 / 3).write(to: archive)
            let outcome = try run("--set", "dataset.path=\(archive.path)", "--until", "ingest")
            #expect(outcome.status == 65, "\(outcome.errors)")
            #expect(outcome.errors.contains("cut.tar.xz"))
            try whole.write(to: archive)
            #expect(try run("--set", "dataset.path=\(archive.path)", "--until", "ingest").status == 0)
        }

        @Test func weightsThatDoNotFitAreAllListed() throws {
            let model = place.folder.appendingPathComponent("model")
            try FileManager.default.copyItem(at: place.starter.appendingPathComponent("diffusion"), to: model)
            let config = model.appendingPathComponent("vae/config.json")
            let text = try String(contentsOf: config, encoding: .utf8)
            let deeper = text.replacing(/"layers_per_block" ?: ?1/, with: "\"layers_per_block\": 2")
            try #require(deeper != text)
            try deeper.write(to: config, atomically: true, encoding: .utf8)
            let outcome = try run("--set", "models.diffusion=\(model.path)")
            #expect(outcome.status == 65, "\(outcome.errors)")
            #expect(outcome.errors.contains("missing"), "\(outcome.errors)")
            // The first and the last of them: one error lists all.
            #expect(outcome.errors.contains("encoder.down_blocks.0.resnets.1.conv1.weight"), "\(outcome.errors)")
            #expect(outcome.errors.contains("decoder.up_blocks.0.resnets.2.conv1.weight"), "\(outcome.errors)")
        }

        @Test func aPickleIsRefusedWithTheWayOut() throws {
            let model = place.folder.appendingPathComponent("model")
            try FileManager.default.createDirectory(
                at: model.appendingPathComponent("unet"), withIntermediateDirectories: true)
            try Data([0x80, 2]).write(to: model.appendingPathComponent("unet/diffusion_pytorch_model.bin"))
            let outcome = try run("--set", "models.diffusion=\(model.path)")
            #expect(outcome.status == 65)
            #expect(outcome.errors.contains("safetensors.torch.save_file"), "\(outcome.errors)")
        }

        /// It is said before the first job; stages without an engine run without it.
        @Test func aMissingLibTorchIs69BeforeTheFirstJobThatLeadsToAnEngine() throws {
            // The tool alone, with an engine beside it that can't load its libraries.
            let bin = place.folder.appendingPathComponent("bin")
            try FileManager.default.createDirectory(at: bin, withIntermediateDirectories: true)
            try FileManager.default.copyItem(
                at: Program.folder.appendingPathComponent("flawsmith"), to: bin.appendingPathComponent("flawsmith"))
            let engine = bin.appendingPathComponent("flawsmith-engine")
            try
                "#!/bin/sh\necho 'flawsmith-engine: error while loading shared libraries: libtorch_cpu.so: cannot open shared object file' >&2\nexit 127\n"
                .write(to: engine, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: engine.path)
            func run(_ arguments: String...) throws -> (status: Int32, text: String) {
                let process = Process()
                process.executableURL = bin.appendingPathComponent("flawsmith")
                process.arguments =
                    ["run", place.manifest, "--output", place.folder.appendingPathComponent("out").path] + arguments
                let errors = Pipe()
                process.standardError = errors
                process.standardOutput = FileHandle.nullDevice
                try process.run()
                let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
                process.waitUntilExit()
                return (process.terminationStatus, text)
            }
            func objects() -> [String] {
                let folder = place.folder.appendingPathComponent("out/objects")
                return (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
            }
            let whole = try run()
            #expect(whole.status == 69 && whole.text.contains("make setup"), "\(whole.text)")
            #expect(objects().isEmpty)
            let samples = try run("--until", "sample")
            #expect(samples.status == 0, "\(samples.text)")
            #expect(!objects().isEmpty)
        }
    }
}
