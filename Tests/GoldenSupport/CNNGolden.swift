package import NeuralNet
import TensorCore

/// What cnn_trunks.json describes.
package struct CNNGolden: Decodable {
    package struct Family: Decodable {
        package var parameters: [String: [Int]]
        package var cuts: [String]
    }
    package var seed: Int
    /// Of the pictures.
    package var shape: [Int]
    package var families: [String: Family]

    /// The weights of one family: as every golden's, but variances are positive.
    package func weights(_ family: String) throws -> WeightsInMemory {
        var values = try SeededWeights(seed: seed).parameters(families[family]?.parameters ?? [:])
        for (name, drawn) in values where name.hasSuffix("running_var") { values[name] = try drawn.abs() + 0.5 }
        return WeightsInMemory(values, name: family)
    }
}
