import AnomalyDetection
import ClipModels
import Detectors
import EngineLink
import Foundation
import GoldenSupport
import MethodKit
import NeuralNet
import ParameterKit
import TensorCore
import Testing

/// *Source*: Tests/Goldens/april_gan.py, the method written out step by step, on vlad.py's pictures and network.
@Suite("APRIL-GAN against its reference")
struct AprilGANTests {
    private struct Described: Decodable {
        var epochs, batch: Int
        var trainingSeed: UInt32
        var learningRate: Double
        /// Per step: the loss, focal, Dice.
        var steps: [[Double]]
    }

    private func half(_ described: Described, _ vlad: VLADGolden) throws -> AprilGAN {
        var settings = AprilGANSettings()
        (settings.imageSize, settings.stages) = (vlad.imageSize, vlad.stages)
        (settings.epochs, settings.batch, settings.learningRate) = (
            described.epochs, described.batch, described.learningRate
        )
        return AprilGAN(settings)
    }

    @Test("Losses, adapters, maps and scores agree")
    func parity() throws {
        let golden = try Golden<Described>("april_gan"), described = golden.description
        try VLADGolden.with { clip, vlad, folder in
            let vlad = vlad.description, half = try half(described, vlad)
            let call = MethodCall(half, models: [.clip: "any"])
            let engine = try AprilGANEngine(half, call: call, shelf: OneCLIP(clip))
            let samples = vlad.samples.filter { vlad.train.contains($0.image) }.map {
                FitSample(
                    image: vlad.path($0.image), softLabel: $0.softLabel.map(vlad.path), className: $0.className,
                    anomalous: $0.anomalous)
            }
            let request = FitRequest(
                call: call, samples: samples, seed: described.trainingSeed, work: folder.path + "/work",
                output: folder.path, cache: nil)
            let losses = try #require(engine.fit(request, WorkReport()).facts["losses"]?.array?.map(\.number))
            // 5 samples in batches of 2.
            let sizes = [2.0, 2, 1, 2, 2, 1]
            let weighted = zip(described.steps, sizes).map { $0[0] * $1 / 5 }
            let expected = [weighted.prefix(3).reduce(0, +), weighted.suffix(3).reduce(0, +)]
            for (loss, expected) in zip(losses, expected) {
                #expect(abs(try #require(loss) - expected) / expected < VLADParityTests.tolerance)
            }
            let trained = try SafetensorsFile(folder.path + "/adapters.safetensors")
            for key in trained.keys where key.hasPrefix("stages.") {
                let error = try relativeError(trained.tensor(key), golden.output(key))
                #expect(error < VLADParityTests.trainedTolerance, "\(key): \(error)")
            }
            // Without an image loss the image token's layer stays the identity.
            let identity = try trained.tensor("image.weight"), size = try identity.size(0)
            let rows = try Tensor.arange(size).unsqueeze(1)
            #expect(try (identity - (rows .== Tensor.arange(size)).to(.float32)).abs().max().item() == 0)

            let items = try engine.score(
                ApplyRequest(
                    call: call, artefact: folder.path, references: vlad.references.map(vlad.path), className: "screw",
                    items: vlad.tests.enumerated().map {
                        ApplyItem(image: vlad.path($1), output: folder.path + "/map\($0).npy")
                    }), WorkReport())
            #expect(items.count == vlad.tests.count)
            for (number, item) in items.enumerated() {
                let expected = try golden.output("test\(number).scores").doubles()
                let found = try [
                    #require(item.score), #require(item.parts["vision_language"]),
                    #require(item.parts["vision_vision"]), #require(item.parts["map"]),
                ]
                for (found, expected) in zip(found, expected) {
                    #expect(abs(found - expected) / abs(expected) < VLADParityTests.tolerance, "\(number)")
                }
                let map = try readNPY(folder.path + "/map\(number).npy")
                let error = try relativeError(Tensor(map.values, map.shape), golden.output("test\(number).map"))
                #expect(error < VLADParityTests.tolerance, "\(error)")
            }
        }
    }

    @Test("Without generated pictures there is nothing to train on")
    func none() throws {
        let described = try Golden<Described>("april_gan").description
        try VLADGolden.with { clip, vlad, folder in
            let half = try half(described, vlad.description), call = MethodCall(half, models: [.clip: "any"])
            let normal = FitSample(
                image: vlad.description.path(vlad.description.references[0]), softLabel: nil, className: "screw",
                anomalous: false)
            #expect(throws: DetectionError.noGenerated(detector: "april_gan")) {
                try AprilGANEngine(half, call: call, shelf: OneCLIP(clip)).fit(
                    FitRequest(
                        call: call, samples: [normal], seed: 0, work: folder.path, output: folder.path, cache: nil),
                    WorkReport())
            }
        }
    }

    @Test("Soft labels become masks at half of their largest value; what marks nothing stays empty")
    func masks() throws {
        let labels = try Tensor([0.1, 0.2, 0.4, 0, 0, 0, 0, 0] as [Float], [2, 2, 2])
        #expect(try VLADObjective.binary(labels).floats() == [0, 1, 1, 0, 0, 0, 0, 0])
    }
}
