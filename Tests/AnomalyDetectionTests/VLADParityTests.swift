import AnomalyDetection
import ClipModels
import Detectors
import Foundation
import GoldenSupport
import Imaging
import NeuralNet
import TensorCore
import Testing

/// *Source*: Tests/Goldens/vlad.py, VLAD written out step by step.
@Suite("VLAD against its reference")
struct VLADParityTests {
    static let tolerance = 1e-4
    /// Six steps of Adam divide by the root of squared gradients, which amplifies rounding more than one forward pass:
    /// 1.2e-4 was seen, in the bias of the image adapter, whose gradients are the smallest.
    static let trainedTolerance = 5e-4

    @Test(
        "losses, weights, maps and scores agree",
        arguments: ["adapter.image+pixel", "map.image", "both.image+pixel", "adapter.pixel"])
    func run(run: String) throws {
        try VLADGolden.with { clip, golden, folder in
            let description = golden.description
            let steps = try #require(description.runs[run])

            var seen = 0
            let report = WorkReport(progress: { done, total, _ in
                seen += 1
                #expect(done == seen && total == steps.count)
            })
            let losses = try VLADTrainer.run(description.training(run: run, in: folder), clip: clip, report: report)
            #expect(seen == steps.count)
            // 5 samples in batches of 2: the loss of an epoch is the mean over its samples.
            let sizes = [2.0, 2, 1, 2, 2, 1]
            let weighted: [Double] = zip(steps, sizes).map { step, size in step[0] * size / 5 }
            let expected = [weighted.prefix(3).reduce(0, +), weighted.suffix(3).reduce(0, +)]
            #expect(losses.count == expected.count)
            for (loss, expected) in zip(losses, expected) { #expect(abs(loss - expected) / expected < Self.tolerance) }

            let trained = try SafetensorsFile(folder.path + "/adapters.safetensors")
            #expect(trained.keys.count == 2 * description.stages.count + 2)
            for key in trained.keys {
                #expect(
                    try relativeError(trained.tensor(key), golden.output("\(run).\(key)")) < Self.trainedTolerance,
                    "\(key)")
            }

            let scores = try VLADDetector.run(description.detection(run: run, in: folder), clip: clip)
            #expect(scores.count == description.tests.count)
            for (number, score) in scores.enumerated() {
                let expected = try golden.output("\(run).test\(number).scores").doubles()
                for (found, expected) in zip([score.score, score.visionLanguage, score.visionVision], expected) {
                    #expect(abs(found - expected) / abs(expected) < Self.tolerance, "\(number)")
                }
                let map = try readNPY(folder.path + "/map\(number).npy")
                #expect(
                    try relativeError(Tensor(map.values, map.shape), golden.output("\(run).test\(number).map"))
                        < Self.tolerance)
            }
        }
    }

    @Test("pictures of any size and channel count are squashed as Pillow does")
    func preprocessing() throws {
        let golden = try Golden<VLADGolden>("vlad")
        let size = golden.description.imageSize
        for (number, sample) in golden.description.samples.enumerated() {
            let pixels = try CLIPPreprocessor(size: size)(Image(contentsOf: golden.description.path(sample.image)))
            let reference = try golden.output("pixels\(number)").to(.float32) / 255
            let mean = try Tensor(CLIPPreprocessor.mean, [3, 1, 1]),
                deviation = try Tensor(CLIPPreprocessor.deviation, [3, 1, 1])
            let expected = try (reference - mean) / deviation
            #expect(try relativeError(pixels.squeeze(0), expected) < 1e-6, "\(sample.image)")
        }
    }

    @Test("maps grow as LibTorch's bilinear does", arguments: [(6, 42), (37, 518), (1, 5), (5, 3), (4, 4)])
    func upsampling(grid: Int, size: Int) throws {
        let maps = try SeededWeights(seed: 1).inputs("maps", [2, 3, grid, grid])
        let grown = try BilinearUpsampling(from: grid, to: size, device: .cpu)(maps)
        #expect(try relativeError(grown, maps.interpolate(height: size, width: size, .bilinear)) < 1e-5)
        let pixels = try SeededWeights(seed: 1).inputs("pixels", grown.shape)
        let adjoint = try BilinearUpsampling(from: grid, to: size, device: .cpu).adjoint(pixels)
        #expect(try relativeError((adjoint * maps).sum(2, 3), (pixels * grown).sum(2, 3)) < 1e-4)
    }

    @Test("the first step's loss is made of the reference's parts")
    func parts() throws {
        try VLADGolden.with { clip, golden, folder in
            let run = "adapter.image+pixel"
            let description = golden.description
            let settings = try description.settings(run: run)
            let generator = try Generator(seed: description.trainingSeed)
            let adapters = try VLADAdapters(
                ParameterStore(drawnFrom: generator), stages: settings.stages.count, width: 32, embedding: 24)
            let training = try description.training(run: run, in: folder)
            let order = try Tensor.randperm(training.samples.count, generator: generator).ints().prefix(settings.batch)
            let source = try FeatureSource(clip, settings, ensemble: PromptEnsemble(), cache: FeatureCache())
            let batch = try SampleBatch(order.map { training.samples[$0] }, source, device: .cpu)
            let scores = try VisionLanguageScores(
                adapters, patchTokens: batch.patchTokens, imageToken: batch.imageToken, text: batch.text,
                imageScore: settings.imageScore, upsampling: source.upsampling)
            let losses = try VLADObjective(settings).losses(scores, labels: batch.labels, anomalous: batch.anomalous)
            let expected = try #require(description.runs[run]?.first)
            for (found, expected) in zip([losses.total, losses.focal, losses.crossEntropy, losses.dice], expected) {
                #expect(abs(try found.item() - expected) / expected < Self.tolerance)
            }
            for name in ["metal nut", "screw"] {
                #expect(try relativeError(source.text(of: name), golden.output("text.\(name)")) < Self.tolerance)
            }
        }
    }
}
