import NeuralNet
import TensorCore

/// A convolution without bias and the batch norm behind it, as one convolution with a bias: w' = w γ / √(σ² + ε), b' =
/// β − μ γ / √(σ² + ε).
struct FoldedConvolution {
    /// How many zeros are put around a map.
    enum Edges: Equatable {
        /// Half a kernel on each side.
        case even
        /// As many as give each stride a place, the odd one behind: TensorFlow's "same".
        case byPicture
        case fixed(before: Int, after: Int)

        /// Of TensorFlow's, before and after together.
        static func total(_ side: Int, kernel: Int, stride: Int) -> Int {
            max(((side + stride - 1) / stride - 1) * stride + kernel - side, 0)
        }
    }

    private enum Kernel {
        case all(Conv2d)
        /// Each channel by itself.
        case within(weight: Tensor, bias: Tensor, stride: Int, padding: Int)
    }
    private let kernel: Kernel
    private let edges: Edges
    private let side, stride: Int

    /// - Parameters:
    ///   - convolution, norm: places of the two.
    ///   - isWithinChannels: whether each channel has a kernel of its own and sees no other.
    ///   - eps: the norm's; PyTorch's default is that of torchvision's and timm's own networks.
    init(
        _ convolution: Parameters, _ norm: Parameters, _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1,
        isWithinChannels: Bool = false, edges: Edges = .even, eps: Double = 1e-5
    ) throws(TensorError) {
        (self.edges, side, self.stride) = (edges, kernel, stride)
        let padding = edges == .even ? kernel / 2 : 0
        let depth = isWithinChannels ? 1 : inputs
        let weight = try convolution.tensor(
            "weight", [outputs, depth, kernel, kernel], .fanIn(depth * kernel * kernel))
        let scale = try norm.tensor("weight", [outputs], .ones)
        let shift = try norm.tensor("bias", [outputs], .zeros)
        let mean = try norm.tensor("running_mean", [outputs], .zeros)
        let variance = try norm.tensor("running_var", [outputs], .ones)
        let factor = try scale / (variance + eps).sqrt()
        let (folded, bias) = (try weight * factor.reshape([outputs, 1, 1, 1]), try shift - mean * factor)
        if isWithinChannels {
            self.kernel = .within(weight: folded, bias: bias, stride: stride, padding: padding)
            return
        }
        // Read like any other weights, so that the kernels for frozen ones are used.
        let store = ParameterStore(
            WeightsInMemory(["weight": folded, "bias": bias]), device: convolution.store.device)
        self.kernel = .all(try Conv2d(store.root, inputs, outputs, kernel: kernel, stride: stride, padding: padding))
    }

    func callAsFunction(_ x: Tensor) throws(TensorError) -> Tensor {
        let x = try edged(x)
        return switch kernel {
        case .all(let convolution): try convolution(x)
        case .within(let weight, let bias, let stride, let padding):
            try x.conv2d(weight, bias, stride: stride, padding: padding, groups: x.size(1))
        }
    }

    private func edged(_ x: Tensor) throws(TensorError) -> Tensor {
        switch edges {
        case .even: return x
        case .fixed(let before, let after): return try x.pad([before, after, before, after])
        case .byPicture:
            let rows = Edges.total(try x.size(2), kernel: side, stride: stride)
            let columns = Edges.total(try x.size(3), kernel: side, stride: stride)
            return try x.pad([columns / 2, columns - columns / 2, rows / 2, rows - rows / 2])
        }
    }
}
