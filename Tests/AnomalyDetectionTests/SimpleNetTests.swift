import AnomalyDetection
import Detectors
import Foundation
import GoldenSupport
import NeuralNet
import TensorCore
import Testing

@Suite("SimpleNet")
struct SimpleNetTests {
    private struct Described: Decodable {
        var seed, normals, generated, patches, channels, hidden, epochs, batch: Int
        var training_seed: UInt32
        var noise, margin, adaptor_rate, discriminator_rate: Double
    }

    private func settings(_ described: Described, _ fakes: SimpleNetSettings.Fakes) -> SimpleNetSettings {
        var settings = SimpleNetSettings()
        (settings.fakes, settings.noise, settings.margin) = (fakes, described.noise, described.margin)
        (settings.hidden, settings.epochs, settings.batch) = (described.hidden, described.epochs, described.batch)
        (settings.adaptorRate, settings.discriminatorRate) = (described.adaptor_rate, described.discriminator_rate)
        return settings
    }

    /// Adam divides by the root of squared gradients, which amplifies the rounding of the smallest ones.
    private static let trainedTolerance = 5e-4

    @Test(
        "Losses, weights, running moments and scores are those of the script",
        arguments: SimpleNetSettings.Fakes.allCases)
    func parity(_ fakes: SimpleNetSettings.Fakes) throws {
        let golden = try Golden<Described>("simplenet"), described = golden.description
        let inputs = SeededWeights(seed: described.seed), shape = [described.patches, described.channels]
        let vectors = try (0..<described.normals + described.generated).map {
            try inputs.inputs("vectors \($0)", shape)
        }
        let labels = try (0..<described.generated).map {
            try (inputs.inputs("label \($0)", [described.patches]) * 3 - 1).sigmoid()
        }
        let (head, losses) = try SimpleNetTraining(
            settings(described, fakes), normals: described.normals, labels: fakes == .noise ? [] : labels,
            channels: described.channels, seed: described.training_seed
        ) { vectors[$0] }.run()
        let name = fakes.rawValue
        let lossError = try relativeError(Tensor(losses.map { Float($0) }), golden.output("\(name).losses"))
        #expect(lossError < 1e-4, "\(lossError)")
        let scores = try withoutGradients { try head.scores(of: inputs.inputs("tests", shape)) }
        let error = try relativeError(scores, golden.output("\(name).scores"))
        #expect(error < 1e-4, "\(error)")
        #expect(head.named.count == 9)
        for (part, tensor) in head.named {
            let error = try relativeError(tensor.detach(), golden.output("\(name).\(part)"))
            #expect(error < Self.trainedTolerance, "\(part): \(error)")
        }
        // What is read scores as what was written.
        try Goldens.withFolder { folder in
            let file = folder.appendingPathComponent("simplenet.safetensors").path
            try head.write(to: file)
            let read = try SimpleNetHead.read(
                file, channels: described.channels, hidden: described.hidden, device: .cpu)
            let again = try withoutGradients { try read.scores(of: inputs.inputs("tests", shape)) }
            #expect(try relativeError(again, scores) < 1e-5)
            let other = #expect(throws: WeightsError.self) {
                try SimpleNetHead.read(file, channels: described.channels + 1, hidden: 3, device: .cpu)
            }
            // Every difference is listed.
            for name in ["adaptor.weight", "first.weight", "norm.running_var", "last.weight"] {
                #expect(other?.description.contains(name) == true, "\(name)")
            }
        }
    }

    private struct Stop: Error {}

    @Test("A training that is stopped goes on to the same bytes, and not from another's checkpoint")
    func resumes() throws {
        let generator = try Generator(seed: 4)
        let vectors = try (0..<5).map { _ in try Tensor.randn([20, 6], generator: generator) }
        let labels = try vectors.suffix(2).map { try ($0.select(1, 0) .> 0.5).to(.float32) }
        var settings = SimpleNetSettings()
        (settings.fakes, settings.hidden, settings.epochs, settings.batch) = (.both, 8, 6, 2)
        func run(_ folder: URL?, asked: String = "this", stopAfter: Int = .max, notices: (String) -> Void = { _ in })
            throws -> [String: [Float]]
        {
            try withoutActuallyEscaping(notices) { notices in
                let report = WorkReport(
                    progress: { done, _, _ in if done > stopAfter { throw Stop() } }, notice: notices)
                let (head, losses) = try SimpleNetTraining(
                    settings, normals: 3, labels: labels, channels: 6, seed: 1,
                    checkpoints: folder.map { ($0.path, asked) }, report: report
                ) { vectors[$0] }.run()
                #expect(losses.count == 6)
                return try Dictionary(uniqueKeysWithValues: head.named.map { ($0.name, try $0.tensor.floats()) })
            }
        }
        let whole = try run(nil)
        try Goldens.withFolder { folder in
            // Two steps an epoch: stopped in the fourth.
            #expect(throws: Stop.self) { _ = try run(folder, stopAfter: 7) }
            var said: [String] = []
            let resumed = try run(folder) { said.append($0) }
            #expect(resumed == whole)
            #expect(said == ["training resumes after epoch 3"])
            said = []
            let other = try run(folder, asked: "another") { said.append($0) }
            #expect(other == whole)
            #expect(said.count == 1 && said[0].contains("another training"))
        }
    }

    @Test("Generated pictures are asked for where they are the fakes, and must mark something")
    func refusals() throws {
        func make(_ fakes: SimpleNetSettings.Fakes, normals: Int = 1, labels: [Tensor]) throws {
            var settings = SimpleNetSettings()
            settings.fakes = fakes
            _ = try SimpleNetTraining(settings, normals: normals, labels: labels, channels: 4, seed: 0) { _ in
                try Tensor.ones([2, 4])
            }
        }
        for fakes in [SimpleNetSettings.Fakes.generated, .both] {
            let none = #expect(throws: DetectionError.self) { try make(fakes, labels: []) }
            #expect(none?.description.contains("`fakes: \(fakes.rawValue)` learns from generated pictures") == true)
            #expect(throws: DetectionError.noDamage) { try make(fakes, labels: [Tensor.zeros([2])]) }
        }
        try make(.noise, labels: [])
        #expect(throws: DetectionError.noSamples) { try make(.noise, normals: 0, labels: []) }
    }
}
