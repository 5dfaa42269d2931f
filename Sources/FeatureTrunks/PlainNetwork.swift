import Detectors
import NeuralNet
import TensorCore

/// VGG16's convolutions, in torchvision's and timm's names (`features.0`) or in those of LPIPS's weights
/// (`net.slice1.0`), which have the same numbers.
enum PlainNetwork {
    /// - Parameter depth: number of stages, 1 to 5.
    static func stages(_ parameters: Parameters, depth: Int) throws(TensorError) -> [CNNTrunk.Stage] {
        let isLPIPS = parameters.contains("net")
        // Numbers count rectifiers and pools, too.
        var (stages, inputs, number): ([CNNTrunk.Stage], Int, Int) = ([], 3, 0)
        for (stage, shape) in CNNFamily.plainStages.prefix(depth).enumerated() {
            var convolutions: [Conv2d] = []
            for _ in 0..<shape.convolutions {
                let place = isLPIPS ? parameters["net"]["slice\(stage + 1)"] : parameters["features"]
                convolutions.append(try Conv2d(place[number], inputs, shape.width, kernel: 3, padding: 1))
                (inputs, number) = (shape.width, number + 2)
            }
            number += 1
            let made = convolutions
            stages.append(
                CNNTrunk.Stage(cut: "conv\(stage + 1)_\(shape.convolutions)") { x throws(TensorError) in
                    var x = stage > 0 ? try x.pooledByTwo() : x
                    for convolution in made { x = try convolution(x).relu() }
                    return x
                })
        }
        return stages
    }

    /// Convolutions behind those that are loaded, classifiers, and LPIPS's heads.
    static func isUnused(_ key: String) -> Bool {
        ["classifier.", "pre_logits.", "head.", "lin", "scaling_layer."].contains { key.hasPrefix($0) } || isDeeper(key)
    }

    /// Whether a key is of one of the network's convolutions: that it isn't loaded is due to the depth asked for.
    private static func isDeeper(_ key: String) -> Bool {
        let parts = key.split(separator: ".").map(String.init)
        let isPlace =
            parts.count == 3 && parts[0] == "features"
            || parts.count == 4 && parts[0] == "net" && parts[1].hasPrefix("slice")
        return isPlace && ["weight", "bias"].contains(parts[parts.count - 1])
            && Int(parts[parts.count - 2]).map { numbers.contains($0) } == true
    }

    private static let numbers: Set = [0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28]
}
