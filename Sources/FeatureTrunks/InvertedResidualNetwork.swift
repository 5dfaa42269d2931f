import Detectors
import NeuralNet
import TensorCore

/// MobileNetV2, in the names of torchvision, in those that its authors' PyTorch versions had before, and in timm's.
///
/// *Source*: Sandler et al. 2018, table 2; parity: torchvision and timm.
enum InvertedResidualNetwork {
    /// How files name the parts of a block.
    enum Naming {
        /// `features.2.conv.0.0`, `.0.1`, `.1.0`, `.1.1`, `.2`, `.3`
        case nested
        /// `features.2.conv.0`, `.1`, `.3`, `.4`, `.6`, `.7`: rectifiers count.
        case flat
        /// `blocks.1.0.conv_pw`, `bn1`, `conv_dw`, `bn2`, `conv_pwl`, `bn3`
        case timm

        init(_ parameters: Parameters) {
            self =
                parameters.contains("conv_stem")
                ? .timm : parameters["features"][2].contains("conv.6") ? .flat : .nested
        }
    }

    /// - Parameter depth: number of stages, 1 to 7.
    static func stages(_ parameters: Parameters, _ shape: [InvertedStage], depth: Int) throws(TensorError)
        -> [CNNTrunk.Stage]
    {
        let naming = Naming(parameters), first = parameters["features"][0]
        let stem =
            naming == .timm
            ? try FoldedConvolution(
                parameters["conv_stem"], parameters["bn1"], 3, InvertedStage.stem, kernel: 3, stride: 2)
            : try FoldedConvolution(first[0], first[1], 3, InvertedStage.stem, kernel: 3, stride: 2)
        var (stages, inputs, number): ([CNNTrunk.Stage], Int, Int) = ([], InvertedStage.stem, 1)
        for (index, stage) in shape.prefix(depth).enumerated() {
            var blocks: [InvertedResidualBlock] = []
            for block in 0..<stage.blocks {
                let place =
                    naming == .timm ? parameters["blocks"][index][block] : parameters["features"][number]["conv"]
                blocks.append(
                    try InvertedResidualBlock(
                        place, naming, inputs, stage.channels, expansion: stage.expansion,
                        stride: block == 0 ? stage.stride : 1))
                (inputs, number) = (stage.channels, number + 1)
            }
            let made = blocks
            stages.append(
                CNNTrunk.Stage(cut: "stage\(index + 1)") { x throws(TensorError) in
                    var x = index == 0 ? try stem(x).clamp(min: 0, max: 6) : x
                    for block in made { x = try block(x) }
                    return x
                })
        }
        return stages
    }

    /// What a file may hold beside the stages that are loaded: deeper ones, the last convolution, the classifier,
    /// counters.
    static func isUnused(_ key: String, _ shape: [InvertedStage], depth: Int) -> Bool {
        if ["classifier.", "conv_head.", "bn2."].contains(where: key.hasPrefix) { return true }
        if key.hasSuffix(".num_batches_tracked") { return true }
        if (depth..<shape.count).contains(where: { key.hasPrefix("blocks.\($0).") }) { return true }
        let used = shape.prefix(depth).reduce(0) { $0 + $1.blocks }, all = shape.reduce(0) { $0 + $1.blocks }
        return (used + 1...all + 1).contains { key.hasPrefix("features.\($0).") }
    }
}

/// A convolution to more channels, one within each channel, and one to fewer; around them the input, where shapes allow.
private struct InvertedResidualBlock {
    private let expand: FoldedConvolution?
    private let within: FoldedConvolution
    private let project: FoldedConvolution
    private let isResidual: Bool

    init(
        _ parameters: Parameters, _ naming: InvertedResidualNetwork.Naming, _ inputs: Int, _ outputs: Int,
        expansion: Int, stride: Int
    ) throws(TensorError) {
        let inner = inputs * expansion, isPlain = expansion == 1
        /// The place of the convolution, and of its norm: 0 expands, 1 is within channels, 2 projects.
        func places(_ part: Int) -> (Parameters, Parameters) {
            let index = isPlain ? part - 1 : part
            switch naming {
            case .timm:
                let name = [0: "conv_pw", 1: "conv_dw", 2: isPlain ? "conv_pw" : "conv_pwl"][part] ?? ""
                return (parameters[name], parameters["bn\(index + 1)"])
            case .flat: return (parameters[3 * index], parameters[3 * index + 1])
            case .nested:
                return part < 2
                    ? (parameters[index][0], parameters[index][1]) : (parameters[index], parameters[index + 1])
            }
        }
        let (wide, deep, narrow) = (places(0), places(1), places(2))
        expand = isPlain ? nil : try FoldedConvolution(wide.0, wide.1, inputs, inner, kernel: 1)
        within = try FoldedConvolution(
            deep.0, deep.1, inner, inner, kernel: 3, stride: stride, isWithinChannels: true)
        project = try FoldedConvolution(narrow.0, narrow.1, inner, outputs, kernel: 1)
        isResidual = stride == 1 && inputs == outputs
    }

    func callAsFunction(_ x: Tensor) throws(TensorError) -> Tensor {
        var inner = x
        if let expand { inner = try expand(inner).clamp(min: 0, max: 6) }
        inner = try project(within(inner).clamp(min: 0, max: 6))
        return isResidual ? try x + inner : inner
    }
}
