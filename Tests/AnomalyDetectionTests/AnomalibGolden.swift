import Detectors
import FeatureTrunks
import GoldenSupport
import TensorCore

/// What anomalib_detectors.json describes.
struct AnomalibGolden: Decodable {
    struct PatchCore: Decodable {
        var size, normals, tests, neighbours: Int
        var layers: [String]
        var chosen: [Int]
    }
    struct PaDiM: Decodable {
        var size, normals, tests: Int
        var channels: [Int]
    }
    var seed, trunk_seed: Int
    var patchcore: PatchCore
    var padim_few, padim_many: PaDiM

    /// ResNet-18 with the weights of cnn_trunks.json.
    static func trunk(to cut: String = "layer3") throws -> CNNTrunk {
        try CNNTrunk(
            Golden<CNNGolden>("cnn_trunks").description.weights("resnet18"), .resnet18, to: cut, digest: "golden")
    }

    /// As the script draws them: `[1, 3, size, size]` each.
    func pictures(_ name: String, _ count: Int, _ size: Int) throws -> [Tensor] {
        let inputs = SeededWeights(seed: seed)
        let common = try inputs.inputs("common", [1, 3, size, size])
        let own = try inputs.inputs(name, [count, 3, size, size])
        return try (0..<count).map { try common + own.narrow(0, start: $0, length: 1) * 0.5 }
    }
}
