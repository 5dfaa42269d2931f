import Foundation
import TensorCore
import Testing

/// What `Tests/Goldens/tensor_core.py` wrote.
struct Goldens: Decodable {
    struct Random: Decodable {
        var seed: UInt32
        var shape: [Int]
        var randn, rand: [UInt32]  // bits of float32
    }
    struct Permutation: Decodable {
        var seed: UInt32
        var count: Int
        var order: [Int]
    }
    struct Operation: Decodable {
        var shape: [Int]
        var values: [Float]
    }
    var random: [Random]
    var permutations: [Permutation]
    var operations: [String: Operation]

    static func load() throws -> Goldens {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Goldens/tensor_core.json")
        return try JSONDecoder().decode(Goldens.self, from: Data(contentsOf: file))
    }

    /// Compares to 1e-5 of the golden's largest value: float32 sums of a few dozen products in any order stay well
    /// below.
    func expect(_ name: String, _ tensor: Tensor, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let golden = try #require(operations[name], sourceLocation: sourceLocation)
        #expect(tensor.shape == golden.shape, "\(name)", sourceLocation: sourceLocation)
        let values = try tensor.floats()
        try #require(values.count == golden.values.count, sourceLocation: sourceLocation)
        let largest = golden.values.reduce(0) { max($0, abs($1)) }
        let difference = zip(values, golden.values).reduce(0) { max($0, abs($1.0 - $1.1)) }
        #expect(difference <= 1e-5 * largest, "\(name): differs by \(difference)", sourceLocation: sourceLocation)
    }
}
