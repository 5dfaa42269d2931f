import Detectors
import NeuralNet
import TensorCore

/// ResNets, in the names that torchvision and timm share.
///
/// *Source*: He et al. 2016, with the stride of a bottleneck in its 3×3 convolution; parity: torchvision and timm.
enum ResidualNetwork {
    /// - Parameter depth: number of stages, 1 to 4.
    static func stages(_ parameters: Parameters, _ shape: ResidualShape, depth: Int) throws(TensorError)
        -> [CNNTrunk.Stage]
    {
        let stem = try FoldedConvolution(
            parameters["conv1"], parameters["bn1"], 3, ResidualShape.stem, kernel: 7, stride: 2)
        var (stages, inputs): ([CNNTrunk.Stage], Int) = ([], ResidualShape.stem)
        for stage in 0..<depth {
            let name = "layer\(stage + 1)"
            var blocks: [ResidualBlock] = []
            for block in 0..<shape.blocks[stage] {
                blocks.append(
                    try ResidualBlock(
                        parameters[name][block], inputs, inner: shape.inner[stage], outer: shape.outer[stage],
                        stride: stage > 0 && block == 0 ? 2 : 1, isBottleneck: shape.hasBottlenecks))
                inputs = shape.outer[stage]
            }
            let made = blocks
            stages.append(
                CNNTrunk.Stage(cut: name) { x throws(TensorError) in
                    var x = stage == 0 ? try stem(x).relu().pooledByThree() : x
                    for block in made { x = try block(x) }
                    return x
                })
        }
        return stages
    }

    /// What a file may hold beside the stages that are loaded: deeper ones, the classifier, counters.
    static func isUnused(_ key: String, depth: Int) -> Bool {
        key.hasPrefix("fc.") || key.hasSuffix(".num_batches_tracked")
            || (depth..<4).contains { key.hasPrefix("layer\($0 + 1).") }
    }
}

/// Two or three convolutions and what leads around them.
private struct ResidualBlock {
    private let convolutions: [FoldedConvolution]
    /// Where shapes change on the way around.
    private let shortcut: FoldedConvolution?

    init(_ parameters: Parameters, _ inputs: Int, inner: Int, outer: Int, stride: Int, isBottleneck: Bool)
        throws(TensorError)
    {
        func convolution(_ number: Int, _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1)
            throws(TensorError) -> FoldedConvolution
        {
            try FoldedConvolution(
                parameters["conv\(number)"], parameters["bn\(number)"], inputs, outputs, kernel: kernel, stride: stride)
        }
        convolutions =
            isBottleneck
            ? [
                try convolution(1, inputs, inner, kernel: 1),
                try convolution(2, inner, inner, kernel: 3, stride: stride),
                try convolution(3, inner, outer, kernel: 1),
            ]
            : [
                try convolution(1, inputs, outer, kernel: 3, stride: stride),
                try convolution(2, outer, outer, kernel: 3),
            ]
        let around = parameters["downsample"]
        shortcut =
            stride > 1 || inputs != outer
            ? try FoldedConvolution(around[0], around[1], inputs, outer, kernel: 1, stride: stride) : nil
    }

    func callAsFunction(_ x: Tensor) throws(TensorError) -> Tensor {
        var inner = x
        for (index, convolution) in convolutions.enumerated() {
            inner = try index == 0 ? convolution(inner) : convolution(inner.relu())
        }
        return try (inner + (shortcut?(x) ?? x)).relu()
    }
}
