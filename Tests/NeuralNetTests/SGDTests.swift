import NeuralNet
import TensorCore
import Testing

@Suite("Gradient descent with momentum")
struct SGDTests {
    private let gradients: [[Float]] = [[0.5, 0.25], [-1, 2], [0, 0.125]]

    private func optimiser() throws -> SGD {
        try SGD(
            [("w", Tensor([1, -2] as [Float]).requiringGrad())], learningRate: 0.1, momentum: 0.9, decay: 0.01)
    }

    private func advance(_ descent: SGD, _ steps: Range<Int>) throws -> [Float] {
        for step in steps { try descent.step([Tensor(gradients[step])]) }
        return try descent.parameters[0].tensor.floats()
    }

    @Test("Three steps are torch's")
    func steps() throws {
        // torch.optim.SGD([w], lr=0.1, momentum=0.9, weight_decay=0.01), torch 2.13.0.
        let expected: [[Float]] = [
            [0.949, -2.023], [1.002_151_0, -2.241_677_1], [1.048_984_8, -2.448_744_8],
        ]
        let descent = try optimiser()
        for step in 0..<3 {
            let found = try advance(descent, step..<step + 1)
            #expect(zip(found, expected[step]).allSatisfy { abs($0 - $1) < 1e-6 }, "\(step): \(found)")
        }
    }

    @Test("What is restored goes on alike; a state of another shape, and too few gradients, are refused")
    func restores() throws {
        let whole = try optimiser(), expected = try advance(whole, 0..<3)
        let first = try optimiser()
        let weights = try advance(first, 0..<1)
        let second = try optimiser()
        try withoutGradients { try second.parameters[0].tensor.inPlaceCopy(Tensor(weights)) }
        try second.restore(first.state())
        #expect(try advance(second, 1..<3) == expected)
        #expect(throws: TensorError.self) { try second.restore(["w": Tensor.zeros([3])]) }
        #expect(throws: TensorError.self) { try second.restore([:]) }
        #expect(throws: TensorError.self) { try second.step([]) }
    }
}
