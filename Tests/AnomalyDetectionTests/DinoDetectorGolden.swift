import Detectors
import FeatureTrunks
import GoldenSupport
import NeuralNet
import TensorCore

/// What dino_detectors.json describes.
struct DinoDetectorGolden: Decodable {
    struct Case: Decodable {
        var grid, depth, normals, tests: Int
        var blocks: [Int]?
        var variance: Double?
        var kept: Int?
        var parameters: [String: [Int]]
    }
    var seed, width, heads: Int
    var dino, subspace: Case

    func trunk(_ described: Case, registers: Int = 0) throws -> VisionTransformer {
        try VisionTransformer(
            WeightsInMemory(DinoGolden.values(described.parameters, seed: seed)),
            VisionTransformerShape(
                width: width, depth: described.depth, heads: heads, registers: registers, grid: described.grid),
            name: "thin", to: described.depth, digest: "golden")
    }

    /// As the script draws them: `[1, 3, size, size]` each.
    func pictures(_ name: String, _ count: Int, _ described: Case) throws -> [Tensor] {
        let inputs = SeededWeights(seed: seed), size = described.grid * VisionTransformerShape.patch
        let common = try inputs.inputs("common", [1, 3, size, size])
        let own = try inputs.inputs(name, [count, 3, size, size])
        return try (0..<count).map { try common + own.narrow(0, start: $0, length: 1) * 0.5 }
    }
}
