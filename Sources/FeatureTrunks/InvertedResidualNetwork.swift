import Detectors
import NeuralNet
import TensorCore

/// MobileNetV2 and EfficientNets.
///
/// *Source*: Sandler et al. 2018, table 2; Tan and Le 2019, table 1; parity: torchvision, timm and
/// efficientnet-pytorch.
enum InvertedResidualNetwork {
    /// How files name the parts of a network.
    enum Naming {
        /// torchvision's MobileNetV2: `features.2.conv.0.0`, `.0.1`, `.1.0`, `.1.1`, `.2`, `.3`
        case nested
        /// Its older versions: `features.2.conv.0`, `.1`, `.3`, `.4`, `.6`, `.7`: rectifiers count.
        case flat
        /// `blocks.1.0.conv_pw`, `bn1`, `conv_dw`, `bn2`, `conv_pwl`, `bn3`
        case timm
        /// efficientnet-pytorch's: `_blocks.1._expand_conv`, `_bn0`, `_depthwise_conv`, `_bn1`, `_project_conv`, `_bn2`
        case underscored

        init(_ parameters: Parameters) {
            self =
                parameters.contains("_conv_stem")
                ? .underscored
                : parameters.contains("conv_stem")
                    ? .timm : parameters["features"][2].contains("conv.6") ? .flat : .nested
        }
    }

    /// - Parameter depth: number of stages, 1 to 7.
    static func stages(_ parameters: Parameters, _ shape: InvertedShape, depth: Int) throws(TensorError)
        -> [CNNTrunk.Stage]
    {
        let naming = Naming(parameters), first = parameters["features"][0]
        let places =
            switch naming {
            case .timm: (parameters["conv_stem"], parameters["bn1"])
            case .underscored: (parameters["_conv_stem"], parameters["_bn0"])
            case .nested, .flat: (first[0], first[1])
            }
        var side = shape.side
        let stem = try FoldedConvolution(
            places.0, places.1, 3, shape.stem, kernel: 3, stride: 2, edges: edges(shape, naming, kernel: 3, side: side),
            eps: shape.eps)
        side = (side + 1) / 2
        var (stages, inputs, number): ([CNNTrunk.Stage], Int, Int) = ([], shape.stem, 1)
        for (index, stage) in shape.stages.prefix(depth).enumerated() {
            var blocks: [InvertedResidualBlock] = []
            for block in 0..<stage.blocks {
                let place =
                    switch naming {
                    case .timm: parameters["blocks"][index][block]
                    case .underscored: parameters["_blocks"][number - 1]
                    case .nested, .flat: parameters["features"][number]["conv"]
                    }
                let stride = block == 0 ? stage.stride : 1
                blocks.append(
                    try InvertedResidualBlock(
                        place, naming, shape, stage, inputs, stride: stride,
                        edges: stride == 1 ? .even : edges(shape, naming, kernel: stage.kernel, side: side)))
                if stride == 2 { side = (side + 1) / 2 }
                (inputs, number) = (stage.channels, number + 1)
            }
            let made = blocks, activation = shape.activation
            stages.append(
                CNNTrunk.Stage(cut: "stage\(index + 1)") { x throws(TensorError) in
                    var x = index == 0 ? try activation(stem(x)) : x
                    for block in made { x = try block(x) }
                    return x
                })
        }
        return stages
    }

    /// What is put around maps before a convolution of stride 2.
    private static func edges(_ shape: InvertedShape, _ naming: Naming, kernel: Int, side: Int)
        -> FoldedConvolution.Edges
    {
        guard shape.isTensorFlows else { return .even }
        guard naming == .underscored else { return .byPicture }
        let all = FoldedConvolution.Edges.total(side, kernel: kernel, stride: 2)
        return .fixed(before: all / 2, after: all - all / 2)
    }

    /// What a file may hold beside the stages that are loaded: deeper ones, the last convolution, the classifier,
    /// counters.
    static func isUnused(_ key: String, _ shape: InvertedShape, depth: Int) -> Bool {
        let heads = ["classifier.", "conv_head.", "bn2.", "_conv_head.", "_bn1.", "_fc."]
        if heads.contains(where: key.hasPrefix) || key.hasSuffix(".num_batches_tracked") { return true }
        if (depth..<shape.stages.count).contains(where: { key.hasPrefix("blocks.\($0).") }) { return true }
        let used = shape.stages.prefix(depth).reduce(0) { $0 + $1.blocks }
        let all = shape.stages.reduce(0) { $0 + $1.blocks }
        return (used + 1...all + 1).contains { key.hasPrefix("features.\($0).") }
            || (used..<all).contains { key.hasPrefix("_blocks.\($0).") }
    }
}

extension InvertedShape {
    /// Of norms: TensorFlow's, or PyTorch's.
    fileprivate var eps: Double { isTensorFlows ? 1e-3 : 1e-5 }

    fileprivate func activation(_ x: Tensor) throws(TensorError) -> Tensor {
        isWeighing ? try x.silu() : try x.clamp(min: 0, max: 6)
    }
}

/// A convolution to more channels, one within each channel, and one to fewer; around them the input, where shapes
/// allow.
private struct InvertedResidualBlock {
    private let expand: FoldedConvolution?
    private let within: FoldedConvolution
    private let weighing: ChannelWeights?
    private let project: FoldedConvolution
    private let isResidual: Bool
    private let shape: InvertedShape

    init(
        _ parameters: Parameters, _ naming: InvertedResidualNetwork.Naming, _ shape: InvertedShape,
        _ stage: InvertedStage, _ inputs: Int, stride: Int, edges: FoldedConvolution.Edges
    ) throws(TensorError) {
        let inner = inputs * stage.expansion, isPlain = stage.expansion == 1
        /// The place of the convolution, and of its norm: 0 expands, 1 is within channels, 2 projects.
        func places(_ part: Int) -> (Parameters, Parameters) {
            let index = isPlain ? part - 1 : part
            switch naming {
            case .timm:
                let name = [0: "conv_pw", 1: "conv_dw", 2: isPlain ? "conv_pw" : "conv_pwl"][part] ?? ""
                return (parameters[name], parameters["bn\(index + 1)"])
            case .underscored:
                let name = ["_expand_conv", "_depthwise_conv", "_project_conv"][part]
                return (parameters[name], parameters["_bn\(part)"])
            case .flat: return (parameters[3 * index], parameters[3 * index + 1])
            case .nested:
                return part < 2
                    ? (parameters[index][0], parameters[index][1]) : (parameters[index], parameters[index + 1])
            }
        }
        let (wide, deep, narrow) = (places(0), places(1), places(2))
        expand = isPlain ? nil : try FoldedConvolution(wide.0, wide.1, inputs, inner, kernel: 1, eps: shape.eps)
        within = try FoldedConvolution(
            deep.0, deep.1, inner, inner, kernel: stage.kernel, stride: stride, isWithinChannels: true, edges: edges,
            eps: shape.eps)
        project = try FoldedConvolution(narrow.0, narrow.1, inner, stage.channels, kernel: 1, eps: shape.eps)
        weighing =
            shape.isWeighing
            ? try naming == .timm
                ? ChannelWeights(parameters["se"]["conv_reduce"], parameters["se"]["conv_expand"], inner, inputs / 4)
                : ChannelWeights(parameters["_se_reduce"], parameters["_se_expand"], inner, inputs / 4) : nil
        isResidual = stride == 1 && inputs == stage.channels
        self.shape = shape
    }

    func callAsFunction(_ x: Tensor) throws(TensorError) -> Tensor {
        var inner = x
        if let expand { inner = try shape.activation(expand(inner)) }
        inner = try shape.activation(within(inner))
        if let weighing { inner = try weighing(inner) }
        inner = try project(inner)
        return isResidual ? try x + inner : inner
    }
}

/// Squeeze and excitation: each channel times a number between 0 and 1 that depends on the means of all.
///
/// *Source*: Hu et al. 2018, section 3, with SiLU in between as EfficientNet has it.
private struct ChannelWeights {
    private let reduce, expand: (weight: Tensor, bias: Tensor)

    init(_ reduce: Parameters, _ expand: Parameters, _ channels: Int, _ few: Int) throws(TensorError) {
        func layer(_ place: Parameters, _ inputs: Int, _ outputs: Int) throws(TensorError) -> (Tensor, Tensor) {
            (
                try place.tensor("weight", [outputs, inputs, 1, 1], .fanIn(inputs)).reshape(outputs, inputs),
                try place.tensor("bias", [outputs], .zeros)
            )
        }
        self.reduce = try layer(reduce, channels, few)
        self.expand = try layer(expand, few, channels)
    }

    /// `[B, channels, h, w]` to the same.
    func callAsFunction(_ x: Tensor) throws(TensorError) -> Tensor {
        let inner = try x.mean(2, 3).linear(reduce.weight, reduce.bias).silu()
        return try x * inner.linear(expand.weight, expand.bias).sigmoid().unsqueeze(2).unsqueeze(3)
    }
}
