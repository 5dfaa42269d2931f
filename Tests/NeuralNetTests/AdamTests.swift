import Foundation
import NeuralNet
import TensorCore
import Testing

@Suite("Adam and its schedule against torch")
struct AdamTests {
    /// What `Tests/Goldens/neural_net.py` wrote.
    struct Golden: Decodable {
        var steps: Int
        var base: Double
        var start: [Float]
        var gradients: [[Float]]
        var rates: [Double]
        var values: [[Float]]
    }

    let golden: Golden

    init() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Goldens/neural_net.json")
        golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
    }

    func optimiser(_ start: [Float]) throws -> Adam {
        try Adam([("w", Tensor(start, [2, 2]).requiringGrad())], learningRate: golden.base)
    }

    func advance(_ adam: Adam, _ steps: Range<Int>) throws -> [[Float]] {
        let schedule = CosineSchedule(base: golden.base, steps: golden.steps)
        return try steps.map { step in
            adam.learningRate = schedule.rate(at: step)
            try adam.step([Tensor(golden.gradients[step], [2, 2])])
            return try adam.parameters[0].tensor.floats()
        }
    }

    @Test("Rates agree to 1e-15 (torch computes them by recursion)")
    func rates() {
        let schedule = CosineSchedule(base: golden.base, steps: golden.steps)
        for (step, rate) in golden.rates.enumerated() { #expect(abs(schedule.rate(at: step) - rate) < 1e-15) }
        #expect(schedule.rate(at: golden.steps) == 0)
        #expect(CosineSchedule(base: 1, steps: 4, minimum: 0.5).rate(at: 2) == 0.75)
    }

    @Test("Updates agree to 1e-6 of a parameter")
    func updates() throws {
        let values = try advance(optimiser(golden.start), 0..<golden.steps)
        for (one, other) in zip(values.joined(), golden.values.joined()) {
            #expect(abs(one - other) <= 1e-6 * abs(other))
        }
        #expect(try #require(values.last) != golden.start)
    }

    @Test("An optimiser restored from its state goes on bit for bit")
    func resume() throws {
        let whole = try advance(optimiser(golden.start), 0..<golden.steps)
        let first = try optimiser(golden.start)
        let half = try advance(first, 0..<5)
        let state = try first.state()
        let second = try optimiser(#require(half.last))
        try second.restore(state)
        _ = try advance(first, 5..<6)  // must not reach into the saved state
        #expect(try advance(second, 5..<golden.steps) == Array(whole[5...]))
        #expect(second.steps == golden.steps)
    }

    @Test("A state of another network is refused and changes nothing")
    func badState() throws {
        let adam = try optimiser(golden.start)
        var state = try adam.state()
        state["w.second"] = try Tensor.zeros([3])
        #expect(throws: TensorError.self) { try adam.restore(state) }
        state["w.second"] = nil
        #expect(throws: TensorError.self) { try adam.restore(state) }
        #expect(throws: TensorError.self) { try adam.step([]) }
        #expect(adam.steps == 0)
    }
}
