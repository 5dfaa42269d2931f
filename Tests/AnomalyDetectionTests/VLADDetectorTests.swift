import AnomalyDetection
import ClipModels
import Detectors
import Foundation
import GoldenSupport
import NeuralNet
import Testing

@Suite("Detection")
struct VLADDetectorTests {
    private static let run = "adapter.image+pixel"

    /// Runs `body` with untrained adapters in place.
    private func with(_ body: (CLIPModel, VLADDetection, URL) throws -> Void) throws {
        try VLADGolden.with { clip, golden, folder in
            var training = try golden.description.training(run: Self.run, in: folder)
            training.settings.epochs = 0
            try _ = VLADTrainer.run(training, clip: clip)
            try body(clip, golden.description.detection(run: Self.run, in: folder), folder)
        }
    }

    @Test("the size of the bank and what is held of it change no number")
    func bank() throws {
        try with { clip, detection, folder in
            let scores = try VLADDetector.run(detection, clip: clip)
            let maps = try detection.pictures.map { try Data(contentsOf: URL(fileURLWithPath: $0.map)) }
            var other = detection
            // Repeated normals have the same nearest neighbours; 18 of them go through the pictures together.
            for (references, limit) in [
                (detection.references, 0), (Array(repeating: detection.references, count: 9).flatMap { $0 }, 0),
            ] {
                (other.references, other.bankLimit) = (references, limit)
                #expect(try VLADDetector.run(other, clip: clip) == scores)
                #expect(try detection.pictures.map { try Data(contentsOf: URL(fileURLWithPath: $0.map)) } == maps)
            }
        }
    }

    @Test("a picture that is in the bank is at distance 0")
    func itself() throws {
        try with { clip, detection, folder in
            var detection = detection
            detection.references = [detection.pictures[0].image]
            (detection.settings.weights, detection.settings.mapWeights) = ([0, 1], [0, 1])
            let scores = try VLADDetector.run(detection, clip: clip)
            #expect(abs(scores[0].visionVision) < 1e-5 && scores[1].visionVision > 0.01)
            #expect(scores.count == detection.pictures.count && scores.allSatisfy { $0.score == $0.visionVision })
            let map = try readNPY(detection.pictures[0].map)
            #expect(map.shape == [6, 6] && map.values.count == 36 && map.values.allSatisfy { abs($0) < 1e-5 })
        }
    }

    @Test("raw tokens in the bank, and the map weighed apart from the score: no adapter has a say in the map any more")
    func rawBank() throws {
        try VLADGolden.with { clip, golden, folder in
            var training = try golden.description.training(run: Self.run, in: folder)
            training.settings.epochs = 0
            var detection = try golden.description.detection(run: Self.run, in: folder)
            func maps() throws -> [Data] {
                try _ = VLADTrainer.run(training, clip: clip)
                _ = try VLADDetector.run(detection, clip: clip)
                return try detection.pictures.map { try Data(contentsOf: URL(fileURLWithPath: $0.map)) }
            }
            let adapted = try maps()
            detection.settings.mapWeights = [0, 1]
            detection.settings.bank = .raw
            let raw = try maps()
            #expect(raw != adapted)
            training.seed &+= 1  // other adapters
            #expect(try maps() == raw)
            detection.settings.bank = .adapted
            #expect(try maps() != raw)
        }
    }

    @Test("a coreset is searched like any bank, is remembered, and leaves nothing nearer than it was")
    func coreset() throws {
        try with { clip, detection, folder in
            func maps(_ detection: VLADDetection) throws -> [[Float]] {
                _ = try VLADDetector.run(detection, clip: clip)
                return try detection.pictures.map { try readNPY($0.map).values }
            }
            var detection = detection
            (detection.settings.weights, detection.settings.mapWeights) = ([0, 1], [0, 1])
            let exact = try maps(detection)
            #expect(exact.count == detection.pictures.count && exact.allSatisfy { !$0.isEmpty })
            detection.settings.coreset = 0.999  // 72 tokens a stage, all of them
            for (found, exact) in zip(try maps(detection).joined(), exact.joined()) {
                #expect(abs(found - exact) < 1e-5)
            }
            detection.settings.coreset = 0.2
            let small = try maps(detection)
            #expect(small.map(\.count) == exact.map(\.count))
            #expect(zip(small.joined(), exact.joined()).allSatisfy { $0 > $1 - 1e-5 } && small != exact)
            detection.cache.folder = folder.path + "/cache"
            #expect(try maps(detection) == small)
            #expect(try maps(detection) == small)
        }
    }

    @Test("without normals the vision-vision branch is 0")
    func noReferences() throws {
        try with { clip, detection, folder in
            var detection = detection
            detection.references = []
            for score in try VLADDetector.run(detection, clip: clip) {
                #expect(score.visionVision == 0 && score.visionLanguage > 0)
                #expect(score.score == detection.settings.weights[0] * score.visionLanguage)
            }
        }
    }

    @Test("adapters of other stages or another model are refused")
    func foreignAdapters() throws {
        try with { clip, detection, folder in
            var other = detection
            other.settings.stages = [1, 2, 3]
            #expect(
                throws: WeightsError(.badData, detection.adapters, "trained on the outputs of blocks 1,2,4, not 1,2,3")
            ) {
                try VLADDetector.run(other, clip: clip)
            }
            other = detection
            other.adapters = folder.path + "/clip/open_clip_model.safetensors"
            #expect { try VLADDetector.run(other, clip: clip) } throws: {
                guard let error = $0 as? WeightsError else { return false }
                return error.kind == .badData && error.reason.contains("stages.0.weight")
                    && error.reason.contains("visual.proj")
            }
        }
    }
}
