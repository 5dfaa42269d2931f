import AnomalyDetection
import Detectors
import Foundation
import TensorCore
import Testing

@Suite("Losses")
struct VLADObjectiveTests {
    private func objective(beta: Double) -> VLADObjective {
        var settings = VLADSettings()
        settings.beta = beta
        return VLADObjective(settings)
    }

    private func dice(beta: Double, _ pictures: [(label: Float, predicted: Float, overlap: Float)]) throws -> Double {
        try objective(beta: beta).adaptedDice(
            overlap: Tensor(pictures.map(\.overlap)), predicted: Tensor(pictures.map(\.predicted)),
            labelled: Tensor(pictures.map(\.label))
        ).item()
    }

    /// *Source*: beta / (D + beta) worked out by hand for D = 0.05, 0.25, 0.5, 0.75, 1, where D = (2 · overlap + 1) /
    /// (label + predicted + 1).
    @Test("adapted Dice has the values of its formula")
    func dice() throws {
        let sums: [(label: Float, predicted: Float, overlap: Float)] = [
            (9, 10, 0), (13, 14, 3), (20, 21, 10), (1, 2, 1), (12, 12, 12),
        ]
        for (beta, expected) in [
            (0.1, [0.667, 0.286, 0.167, 0.118, 0.091]), (1.0, [0.952, 0.800, 0.667, 0.571, 0.500]),
        ] {
            for (sums, expected) in zip(sums, expected) { #expect(abs(try dice(beta: beta, [sums]) - expected) < 5e-4) }
        }
    }

    @Test("adapted Dice is the mean over the batch, not that of all pixels together")
    func diceOfBatch() throws {
        #expect(abs(try dice(beta: 0.1, [(12, 12, 12), (9, 10, 0)]) - (1 / 11.0 + 2 / 3.0) / 2) < 1e-6)
    }

    @Test("focal loss has the values of its formula")
    func focal() throws {
        let probabilities = try Tensor([Float(0.9), 0.1, 0.75, 0.25], [2, 2])
        // a normal picture at 0.9, an anomalous one at 0.25
        let expected = (0.01 * -log(0.9) + 0.5625 * -log(0.25)) / 2
        #expect(abs(try VLADObjective.focal(probabilities, anomalous: Tensor([Float(0), 1])).item() - expected) < 1e-6)
    }

    @Test("a prediction that is sure and wrong keeps its gradient")
    func saturation() throws {
        // Logits 40 apart: float32 rounds the abnormal part to 1, and 1 less it to 0.
        let logits = try Tensor([Float(0), 40], [1, 2]).requiringGrad()
        let probabilities = try logits.softmax(-1)
        #expect(try probabilities.select(1, 1).item() == 1)
        let loss = try VLADObjective.crossEntropy(
            probabilities.reshape(1, 2, 1, 1), truth: Tensor([Float(1), 0], [1, 2, 1, 1]))
        #expect(abs(try loss.item() - 40) < 1e-3)
        let slope = try gradient(of: loss, withRespectTo: logits).floats()
        #expect(abs(slope[0] + 1) < 1e-4 && abs(slope[1] - 1) < 1e-4)
    }
}
