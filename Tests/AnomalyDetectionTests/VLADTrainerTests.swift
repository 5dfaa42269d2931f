import AnomalyDetection
import ClipModels
import Detectors
import Foundation
import GoldenSupport
import Imaging
import NeuralNet
import TensorCore
import Testing

@Suite("Training")
struct VLADTrainerTests {
    private struct Stopped: Error {}
    private static let run = "adapter.image+pixel"

    private func bytes(_ folder: URL) throws -> Data {
        try Data(contentsOf: folder.appendingPathComponent("adapters.safetensors"))
    }

    private func place(_ folder: URL, _ name: String) throws -> URL {
        let place = folder.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        return place
    }

    @Test("a training that was stopped ends with the same bytes, wherever it was stopped")
    func resume() throws {
        try VLADGolden.with { clip, golden, folder in
            let whole = try place(folder, "whole")
            let losses = try VLADTrainer.run(golden.description.training(run: Self.run, in: whole), clip: clip)
            for stop in 1...6 {
                let place = try place(folder, "stop\(stop)")
                var training = try golden.description.training(run: Self.run, in: place)
                training.cache.folder = place.path + "/cache"
                #expect(throws: Stopped.self) {
                    try VLADTrainer.run(
                        training, clip: clip,
                        report: WorkReport(progress: { done, _, _ in if done == stop { throw Stopped() } }))
                }
                #expect(!FileManager.default.fileExists(atPath: training.output))
                var done: [Int] = []
                var notices: [String] = []
                let report = WorkReport(progress: { step, _, _ in done.append(step) }, notice: { notices.append($0) })
                #expect(try VLADTrainer.run(training, clip: clip, report: report) == losses)
                #expect(try bytes(place) == bytes(whole), "stopped at \(stop)")
                // An epoch is 3 steps and is followed by a checkpoint; progress is reported before the checkpoint is
                // written.
                #expect(done == Array((stop > 3 ? 4 : 1)...6))
                #expect(notices == (stop > 3 ? ["training resumes after epoch 1"] : []))
            }
        }
    }

    @Test("a checkpoint of another training, or a damaged one, is not used")
    func foreignCheckpoint() throws {
        try VLADGolden.with { clip, golden, folder in
            let whole = try place(folder, "whole")
            try _ = VLADTrainer.run(golden.description.training(run: Self.run, in: whole), clip: clip)
            var other = try golden.description.training(run: Self.run, in: folder)
            other.seed += 1
            try _ = VLADTrainer.run(other, clip: clip)
            #expect(try bytes(folder) != bytes(whole))

            let training = try golden.description.training(run: Self.run, in: folder)
            var notices: [String] = []
            let report = WorkReport(notice: { notices.append($0) })
            try _ = VLADTrainer.run(training, clip: clip, report: report)
            #expect(notices.count == 1 && notices[0].contains("another training"))
            #expect(try bytes(folder) == bytes(whole))

            let checkpoint = URL(fileURLWithPath: training.checkpoints + "/checkpoint.safetensors")
            try Data(contentsOf: checkpoint).dropLast(100).write(to: checkpoint)
            try _ = VLADTrainer.run(training, clip: clip, report: report)
            #expect(notices.count == 2 && notices[1].contains("cut off"))
            #expect(try bytes(folder) == bytes(whole))
        }
    }

    @Test("what is remembered changes no number")
    func cache() throws {
        try VLADGolden.with { clip, golden, folder in
            var training = try golden.description.training(run: Self.run, in: folder)
            training.checkpointEvery = 0
            try _ = VLADTrainer.run(training, clip: clip)
            let expected = try bytes(folder)

            training.cache.memoryLimit = 0
            try _ = VLADTrainer.run(training, clip: clip)
            #expect(try bytes(folder) == expected)

            // 5 pictures, 2 texts, 2 labels (two of the three are the same file)
            let cache = folder.appendingPathComponent("cache")
            training.cache.folder = cache.path
            try _ = VLADTrainer.run(training, clip: clip)
            #expect(try bytes(folder) == expected)
            let files = try FileManager.default.contentsOfDirectory(atPath: cache.path).sorted()
            #expect(files.count == 9)
            // tokens in float16, 3 stages of 36 × 32, and the image token in float32
            let tokens = try files.map { try SafetensorsFile(cache.path + "/" + $0) }.filter {
                $0.keys.contains("stage1")
            }
            #expect(tokens.count == 5)
            for file in tokens {
                #expect(file.keys == ["image", "stage1", "stage2", "stage4"] && file.dtype("stage4") == .float16)
                #expect(file.shapes["stage4"] == [36, 32] && file.shapes["image"] == [24])
            }
            try _ = VLADTrainer.run(training, clip: clip)
            #expect(try bytes(folder) == expected)

            // a damaged file and a missing one
            try Data("no".utf8).write(to: cache.appendingPathComponent(files[0]))
            try FileManager.default.removeItem(at: cache.appendingPathComponent(files[1]))
            try _ = VLADTrainer.run(training, clip: clip)
            #expect(try bytes(folder) == expected)
            #expect(try FileManager.default.contentsOfDirectory(atPath: cache.path).sorted() == files)

            // damaged after its header, where the file itself doesn't show it
            for name in files {
                var file = try Data(contentsOf: cache.appendingPathComponent(name))
                let half = file.count / 2
                file.replaceSubrange(half..., with: Data(repeating: 0, count: file.count - half))
                try file.write(to: cache.appendingPathComponent(name))
            }
            var notices: [String] = []
            try _ = VLADTrainer.run(training, clip: clip, report: WorkReport(notice: { notices.append($0) }))
            #expect(try bytes(folder) == expected)
            #expect(notices.count == 1 && notices[0].contains("damaged"), "\(notices)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: cache.path).sorted() == files)

            // exactly enough room for this training: none of its files is deleted for another, and the least recently
            // used go first
            let sizes = try files.map {
                try FileManager.default.attributesOfItem(atPath: cache.path + "/" + $0)[.size] as? Int ?? 0
            }
            let stranger = cache.appendingPathComponent(String(repeating: "0", count: 64) + ".safetensors")
            try Data(repeating: 0, count: 1000).write(to: stranger)
            try FileManager.default.removeItem(at: cache.appendingPathComponent(files[2]))
            training.cache.folderLimit = sizes.reduce(0, +)
            try _ = VLADTrainer.run(training, clip: clip)
            #expect(try bytes(folder) == expected)
            #expect(try FileManager.default.contentsOfDirectory(atPath: cache.path).sorted() == files)

            // half the room: the rest is computed again, and nothing changes
            try FileManager.default.removeItem(at: cache)
            training.cache.folderLimit = sizes.reduce(0, +) / 2
            try _ = VLADTrainer.run(training, clip: clip)
            #expect(try bytes(folder) == expected)
            let left = try FileManager.default.contentsOfDirectory(atPath: cache.path)
            #expect(!left.isEmpty && left.count < 9)

            // another training has no room: files of earlier runs are deleted, and none is written
            training.cache.folderLimit = 0
            training.settings.imageSize = 35
            try _ = VLADTrainer.run(training, clip: clip)
            #expect(try FileManager.default.contentsOfDirectory(atPath: cache.path) == [])
        }
    }

    @Test("without epochs the adapters are as drawn, and fit the detector")
    func untrained() throws {
        try VLADGolden.with { clip, golden, folder in
            var training = try golden.description.training(run: Self.run, in: folder)
            training.settings.epochs = 0
            #expect(try VLADTrainer.run(training, clip: clip) == [])
            let adapters = try SafetensorsFile(training.output)
            #expect(try adapters.tensor("image.weight").floats().reduce(0, +) == 24)
            #expect(
                try VLADDetector.run(golden.description.detection(run: Self.run, in: folder), clip: clip).count == 2)
        }
    }

    @Test("what can't be trained is refused")
    func refusals() throws {
        try VLADGolden.with { clip, golden, folder in
            let fine = try golden.description.training(run: Self.run, in: folder)
            func refused(_ error: some Error & Equatable, _ change: (inout VLADTraining) -> Void) {
                var training = fine
                change(&training)
                #expect(throws: error) { try VLADTrainer.run(training, clip: clip) }
            }
            refused(DetectionError.noSamples) { $0.samples = [] }
            refused(CLIPError.noSuchBlock(5, layers: 4)) { $0.settings.stages = [1, 5] }
            refused(CLIPError.noSuchBlock(0, layers: 4)) { $0.settings.stages = [0, 1] }
            refused(CLIPError.pictureTooSmall(size: 6, patch: 7)) { $0.settings.imageSize = 6 }
            refused(DetectionError.notFinite(epoch: 1, step: 2)) { $0.settings.learningRate = 2e37 }
            var missing = fine
            missing.samples[0].image = folder.path + "/missing.png"
            #expect { try VLADTrainer.run(missing, clip: clip) } throws: { ($0 as? ImageError)?.kind == .unreadable }
        }
    }
}
