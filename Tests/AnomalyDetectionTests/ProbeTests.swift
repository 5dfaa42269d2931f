import AnomalyDetection
import Detectors
import FeatureTrunks
import Foundation
import GoldenSupport
import TensorCore
import Testing

@Suite("The probe")
struct ProbeTests {
    private struct Described: Decodable {
        var seed, pictures, side, channels, steps: Int
        var rate, decay: Double
        var label, damaged: [Int]
    }

    private func settings(_ described: Described, _ labels: ProbeSettings.Labels) -> ProbeSettings {
        var settings = ProbeSettings()
        (settings.steps, settings.learningRate, settings.decay) = (described.steps, described.rate, described.decay)
        settings.labels = labels
        return settings
    }

    @Test("Labels at patches, losses and log odds are those of the script", arguments: ProbeSettings.Labels.allCases)
    func parity(_ labels: ProbeSettings.Labels) throws {
        let golden = try Golden<Described>("probe"), described = golden.description
        let inputs = SeededWeights(seed: described.seed), side = described.side, channels = described.channels
        let common = try inputs.inputs("common", [channels]), direction = try inputs.inputs("direction", [channels])
        // As torch.logspace(-2, 2, channels), with one channel that never changes.
        let scale = try Tensor(
            (0..<channels).map { $0 == 7 ? 0 : Float(pow(10, -2 + 4 * Double($0) / Double(channels - 1))) })
        var (vectors, pooled): ([Tensor], [Tensor]) = ([], [])
        for index in 0..<described.pictures {
            let soft = try (inputs.inputs("label \(index)", described.label) * 2).sigmoid()
            let label =
                described.damaged.contains(index)
                ? try PatchLabel.pooled(soft, labels, height: side, width: side, seen: nil)
                : try Tensor.zeros([side * side])
            let noise = try inputs.inputs("vectors \(index)", [side * side, channels])
            vectors.append(try (common + noise + label.unsqueeze(1) * direction) * scale)
            pooled.append(label)
        }
        let name = labels.rawValue
        #expect(try relativeError(Tensor.stack(pooled, 0), golden.output("\(name).labels")) < 1e-5)
        let (head, losses) = try ProbeTraining(settings(described, labels), labels: pooled) { vectors[$0] }.run()
        let lossError = try relativeError(Tensor(losses.map { Float($0) }), golden.output("\(name).losses"))
        #expect(lossError < 1e-4, "\(lossError)")
        let logits = try Tensor.stack(vectors.map { try head.logits(of: $0) }, 0)
        let error = try relativeError(logits, golden.output("\(name).logits"))
        #expect(error < 1e-4, "\(error)")
        for index in 0..<described.pictures {
            let (score, highest) = try ProbeHead.score(logits.select(0, index), .max)
            let expected = try golden.output("\(name).highest").select(0, index).item()
            #expect(score == highest && abs(score - expected) < 1e-4 * max(1, abs(expected)))
            // A hundredth of 36 patches is less than one: the highest alone.
            #expect(try ProbeHead.score(logits.select(0, index), .top).score == highest)
        }
        let many = try inputs.inputs("many", [360])
        #expect(try abs(ProbeHead.score(many, .top).score - golden.output("top").item()) < 1e-5)
    }

    @Test("What the labels mark is told apart, and the same pictures give the same bytes")
    func separates() throws {
        let generator = try Generator(seed: 3)
        let vectors = try (0..<4).map { _ in try Tensor.randn([100, 8], generator: generator) }
        let label = try (vectors[0].select(1, 2) .> 0.5).to(.float32)
        let labels = try [label] + (1..<4).map { _ in try Tensor.zeros([100]) }
        func trained() throws -> (ProbeHead, [Double]) {
            try ProbeTraining(ProbeSettings(), labels: labels) { vectors[$0] }.run()
        }
        let (head, losses) = try trained()
        #expect(abs(losses[0] - 0.6931) < 1e-3 && (losses.last ?? 1) < losses[0])
        let logits = try head.logits(of: vectors[0])
        let damaged = try (logits * label).sum().item() / label.sum().item()
        let good = try (logits * (1 - label)).sum().item() / (1 - label).sum().item()
        #expect(damaged > good + 0.5, "\(damaged), \(good)")
        // Nothing is held between steps: the same numbers.
        let poor = try ProbeTraining(ProbeSettings(), labels: labels, limit: 0) { vectors[$0] }.run()
        #expect(try poor.losses == losses && poor.head.weight.floats() == head.weight.floats())
        #expect(try trained().0.weight.floats() == head.weight.floats() && trained().1 == losses)
        try Goldens.withFolder { folder in
            let file = folder.appendingPathComponent("probe.safetensors").path
            try head.write(to: file)
            #expect(
                try ProbeHead.read(file, channels: 8, device: .cpu).logits(of: vectors[0]).floats() == logits.floats())
            let error = #expect(throws: DetectionError.self) { try ProbeHead.read(file, channels: 9, device: .cpu) }
            #expect(error?.description.contains("no head on 9 channels") == true)
        }
    }

    @Test("Labels that mark nothing or everything are refused")
    func nothing() throws {
        let vectors = try Tensor.ones([4, 2])
        for label in [try Tensor.zeros([4]), try Tensor.ones([4])] {
            let error = #expect(throws: DetectionError.self) {
                try ProbeTraining(ProbeSettings(), labels: [label]) { _ in vectors }.run()
            }
            #expect(error == .noDamage)
        }
    }

    @Test("A label is seen as the picture is: cut where the network sees its centre alone")
    func cut() throws {
        // 16 × 8, the left half damaged. The short side becomes 8, so nothing is resized, and columns 4 to 11 are seen.
        let soft = try Tensor((0..<128).map { Float($0 % 16 < 8 ? 1 : 0) }, [8, 16])
        let all = try PatchLabel.pooled(soft, .soft, height: 1, width: 2, seen: nil)
        #expect(try all.floats() == [1, 0])
        let centre = try PatchLabel.pooled(
            soft, .soft, height: 1, width: 1, seen: TrunkPreprocessor(size: 7, geometry: .original))
        // Of 7 columns 4 or 3 are damaged.
        let share = try centre.item()
        #expect(share > 0.35 && share < 0.65, "\(share)")
        #expect(try PatchLabel.pooled(soft * 0, .binary, height: 2, width: 2, seen: nil).floats() == [0, 0, 0, 0])
        #expect(try PatchLabel.pooled(soft * 0.2, .binary, height: 1, width: 2, seen: nil).floats() == [1, 0])
    }

    @Test("Every convolutional network can be probed")
    func trunks() {
        #expect(Set(ProbeTrunk.allCases.compactMap(\.family)) == Set(CNNFamily.allCases))
    }
}
