import NeuralNet
import TensorCore

/// A convolution without bias and the batch norm behind it, as one convolution with a bias: w' = w γ / √(σ² + ε), b' = β
/// − μ γ / √(σ² + ε).
struct FoldedConvolution {
    private enum Kernel {
        case all(Conv2d)
        /// Each channel by itself.
        case within(weight: Tensor, bias: Tensor, stride: Int, padding: Int)
    }
    private let kernel: Kernel

    /// - Parameters:
    ///   - convolution, norm: places of the two.
    ///   - isWithinChannels: whether each channel has a kernel of its own and sees no other.
    ///   - eps: the norm's; PyTorch's default is that of torchvision's and timm's networks.
    init(
        _ convolution: Parameters, _ norm: Parameters, _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1,
        isWithinChannels: Bool = false, eps: Double = 1e-5
    ) throws(TensorError) {
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
            self.kernel = .within(weight: folded, bias: bias, stride: stride, padding: kernel / 2)
            return
        }
        // Read like any other weights, so that the kernels for frozen ones are used.
        let store = ParameterStore(
            WeightsInMemory(["weight": folded, "bias": bias]), device: convolution.store.device)
        self.kernel = .all(
            try Conv2d(store.root, inputs, outputs, kernel: kernel, stride: stride, padding: kernel / 2))
    }

    func callAsFunction(_ x: Tensor) throws(TensorError) -> Tensor {
        switch kernel {
        case .all(let convolution): try convolution(x)
        case .within(let weight, let bias, let stride, let padding):
            try x.conv2d(weight, bias, stride: stride, padding: padding, groups: x.size(1))
        }
    }
}
