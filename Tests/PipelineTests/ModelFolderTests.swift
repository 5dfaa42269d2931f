import Foundation
import Testing

/// Model folders as downloads leave them: links into a cache, pointers, pickles.
extension ProgramTests {
    @Suite(.serialized) struct ModelFolderTests {
        let place: Workplace
        let files = FileManager.default
        init() throws { place = try Workplace() }

        private var real: URL { place.starter.appendingPathComponent("diffusion") }

        private func run(_ model: URL, until stage: String = "ingest") throws -> Program.Outcome {
            try Program.run([
                "run", place.manifest, "--output", place.folder.appendingPathComponent("out").path, "--device", "cpu",
                "--set", "models.diffusion=\(model.path)", "--until", stage,
            ])
        }

        /// A snapshot of a Hugging Face cache: every file a relative link into `blobs`.
        private func snapshot() throws -> (folder: URL, blobs: URL) {
            let cache = place.folder.appendingPathComponent("cache"), blobs = cache.appendingPathComponent("blobs")
            let folder = cache.appendingPathComponent("snapshots/1")
            try files.createDirectory(at: blobs, withIntermediateDirectories: true)
            let names = try #require(files.enumerator(atPath: real.path)).compactMap { $0 as? String }
            for (number, name) in names.enumerated() {
                let file = real.appendingPathComponent(name), link = folder.appendingPathComponent(name)
                var isFolder: ObjCBool = false
                _ = files.fileExists(atPath: file.path, isDirectory: &isFolder)
                if isFolder.boolValue { continue }
                try files.createDirectory(at: link.deletingLastPathComponent(), withIntermediateDirectories: true)
                let blob = blobs.appendingPathComponent("\(number)")
                try files.copyItem(at: file, to: blob)
                let up = String(repeating: "../", count: name.split(separator: "/").count + 1)
                try files.createSymbolicLink(atPath: link.path, withDestinationPath: "\(up)blobs/\(number)")
            }
            return (folder, blobs)
        }

        @Test func aSnapshotOfLinksIsReadAndItsDigestFollowsThem() throws {
            let folder = try snapshot().folder
            let first = try run(folder, until: "generate")
            #expect(first.status == 0, "\(first.errors)")
            // The same bytes without links are the same model.
            let plain = try run(real, until: "generate")
            #expect(plain.status == 0 && (plain.errors + plain.output).contains("nothing to do"), "\(plain.errors)")
            // Other weights behind a link are another model.
            let link = folder.appendingPathComponent("unet/diffusion_pytorch_model.safetensors")
            var weights = try Data(contentsOf: link)
            weights[weights.count - 1] ^= 1
            let other = place.folder.appendingPathComponent("other.safetensors")
            try weights.write(to: other)
            try files.removeItem(at: link)
            try files.createSymbolicLink(atPath: link.path, withDestinationPath: other.path)
            let second = try run(folder, until: "generate")
            #expect(
                second.status == 0 && !(second.errors + second.output).contains("nothing to do"), "\(second.errors)")
        }

        @Test func whatStandsInPlaceOfWeightsIsNamed() throws {
            let model = place.folder.appendingPathComponent("model")
            try files.copyItem(at: real, to: model)
            let weights = model.appendingPathComponent("unet/diffusion_pytorch_model.safetensors")
            for (text, word) in [
                ("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n", "git lfs pull"),
                ("<!DOCTYPE html><title>Sign in</title>", "web page"),
            ] {
                try Data(text.utf8).write(to: weights)
                let outcome = try run(model)
                #expect(outcome.status == 65 && outcome.errors.contains(word), "\(outcome.errors)")
            }
            try files.removeItem(at: weights)
            try files.createSymbolicLink(atPath: weights.path, withDestinationPath: "../../blobs/none")
            let broken = try run(model)
            #expect(broken.status == 66 && broken.errors.contains("../../blobs/none"), "\(broken.errors)")
            let pickle = place.folder.appendingPathComponent("model.ckpt")
            try Data([0x50, 0x4B, 3, 4]).write(to: pickle)
            let refused = try run(pickle)
            #expect(refused.status == 65, "\(refused.errors)")
            #expect(refused.errors.contains("torch.load") && refused.errors.contains("save_file"), "\(refused.errors)")
            // A folder without weights of any kind has nothing to convert.
            try files.removeItem(at: model)
            try files.createDirectory(at: model, withIntermediateDirectories: true)
            let empty = try run(model)
            #expect(empty.status == 65 && empty.errors.contains("no safetensors in it"), "\(empty.errors)")
            #expect(empty.errors.contains("flawsmith fetch sd15") && !empty.errors.contains("torch"), "\(empty.errors)")
        }
    }
}
