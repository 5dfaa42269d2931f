package import NeuralNet
package import TensorCore

/// What dino_trunks.json describes.
package struct DinoGolden: Decodable {
    package var seed, width, depth, heads, grid: Int
    /// Shapes of the pictures, by case.
    package var pictures: [String: [Int]]
    /// By library: name → shape, as in its files.
    package var parameters: [String: [String: [Int]]]
    package var cuts: [String]

    package func weights(_ library: String) throws -> WeightsInMemory {
        WeightsInMemory(try Self.values(parameters[library] ?? [:], seed: seed), name: library)
    }

    /// As every golden's, but layer scales ten times as large.
    package static func values(_ shapes: [String: [Int]], seed: Int) throws(TensorError) -> [String: Tensor] {
        var values = try SeededWeights(seed: seed).parameters(shapes)
        for (name, drawn) in values where name.hasSuffix("gamma") || name.hasSuffix("lambda1") {
            values[name] = try drawn * 10
        }
        return values
    }
}
