import AnomalyDetection
import ClipModels
import Detectors
import GoldenSupport
import NeuralNet
import TensorCore
import Testing

@Suite("One training step")
struct VLADStepTests {
    /// Float32; the two ways sum in another order. The image adapter's gradients are a thirtieth of the others' size or
    /// less, so their relative error is larger: 1.3e-5 was seen, and 2e-6 for the others.
    private static let tolerance = 5e-5

    private struct Parts {
        let adapters: VLADAdapters
        let samples: [VLADTraining.Sample]
        let settings: VLADSettings
        let source: FeatureSource

        func batch(_ samples: some Sequence<VLADTraining.Sample>) throws -> SampleBatch {
            try SampleBatch(Array(samples), source, device: .cpu)
        }

        func step(_ samples: some Sequence<VLADTraining.Sample>, share: Double = 1) throws -> VLADStep {
            try VLADStep(
                adapters, batch(samples), objective: VLADObjective(settings), imageScore: settings.imageScore,
                upsampling: source.upsampling, share: share)
        }
    }

    private func with(run: String, _ body: (Parts) throws -> Void) throws {
        try VLADGolden.with { clip, golden, folder in
            let settings = try golden.description.settings(run: run)
            let store = ParameterStore(drawnFrom: try Generator(seed: 3))
            let adapters = try VLADAdapters(store, stages: settings.stages.count, width: 32, embedding: 24)
            try store.requireGradients()
            let source = try FeatureSource(clip, settings, ensemble: PromptEnsemble(), cache: FeatureCache())
            let samples = try golden.description.training(run: run, in: folder).samples
            try body(Parts(adapters: adapters, samples: samples, settings: settings, source: source))
        }
    }

    @Test(
        "losses and gradients are those of adapted, normalised tokens under autograd",
        arguments: ["adapter.image+pixel", "both.image+pixel"])
    func gradient(run: String) throws {
        try with(run: run) { parts in
            let batch = try parts.batch(parts.samples)
            let (loss, expected) = try withGradients {
                let cosines = try zip(batch.patchTokens, parts.adapters.stages).map { tokens, stage in
                    try stage(tokens).normalized().bmm(batch.text.transpose(1, 2)).transpose(1, 2)
                }
                let scores = try VisionLanguageScores(
                    parts.adapters, cosines: cosines, imageToken: batch.imageToken, text: batch.text,
                    imageScore: parts.settings.imageScore,
                    upsampling: parts.source.upsampling)
                let total = try VLADObjective(parts.settings).losses(
                    scores, labels: batch.labels, anomalous: batch.anomalous
                ).total
                return (try total.item(), try gradients(of: total, withRespectTo: parts.adapters.named.map(\.tensor)))
            }
            let step = try parts.step(parts.samples)
            #expect(abs(step.loss - loss) < Self.tolerance * loss)
            #expect(step.gradients.count == expected.count)
            for ((name, _), (found, expected)) in zip(parts.adapters.named, zip(step.gradients, expected)) {
                #expect(try relativeError(found, expected) < Self.tolerance, "\(name)")
            }
        }
    }

    @Test("the parts of a batch add up to the whole")
    func parts() throws {
        try with(run: "adapter.image+pixel") { parts in
            let whole = try parts.step(parts.samples)
            let count = parts.samples.count
            let pieces = [
                try parts.step(parts.samples.prefix(2), share: 2 / Double(count)),
                try parts.step(parts.samples.dropFirst(2), share: Double(count - 2) / Double(count)),
            ]
            #expect(abs(pieces[0].loss + pieces[1].loss - whole.loss) < Self.tolerance * whole.loss)
            for (index, expected) in whole.gradients.enumerated() {
                #expect(
                    try relativeError(pieces[0].gradients[index] + pieces[1].gradients[index], expected)
                        < Self.tolerance)
            }
        }
    }
}
