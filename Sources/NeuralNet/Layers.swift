package import TensorCore

// The layers that networks are built of. The first argument of each is its place among the parameters; its parameters
// have PyTorch's names.

/// x · weightᵀ + bias, over the last dimension: `[…, inputs]` to `[…, outputs]`.
package struct Linear {
    package var weight: Tensor
    package var bias: Tensor?
    private let isFrozen: Bool

    package init(
        _ parameters: Parameters, _ inputs: Int, _ outputs: Int, bias: Bool = true, initial: Initialization? = nil
    )
        throws(TensorError)
    {
        isFrozen = parameters.store.isFrozen
        weight = try parameters.tensor("weight", [outputs, inputs], initial ?? .fanIn(inputs))
        self.bias = bias ? try parameters.tensor("bias", [outputs], initial == nil ? .fanIn(inputs) : .zeros) : nil
    }

    /// A layer from parameters that have already been taken, at this place.
    package init(_ parameters: Parameters, weight: Tensor, bias: Tensor?) {
        isFrozen = parameters.store.isFrozen
        (self.weight, self.bias) = (weight, bias)
    }

    package func callAsFunction(_ x: Tensor) throws(TensorError) -> Tensor {
        // Weights may have been marked for training after they were read.
        if isFrozen, try !weight.requiresGrad { return try x.frozenLinear(weight, bias) }
        return try x.linear(weight, bias)
    }
}

/// A convolution over `[B, inputs, H, W]` with a square kernel and zeros around.
package struct Conv2d {
    private enum Kernel {
        case plain(weight: Tensor, bias: Tensor?)
        case frozen(FrozenConvolution)
        /// A kernel of one cell is a product with the channels of each cell.
        case product(Linear)
    }
    private let kernel: Kernel
    private let stride, padding: Int

    package init(
        _ parameters: Parameters, _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0,
        bias: Bool = true,
        initial: Initialization? = nil
    ) throws(TensorError) {
        let fanIn = inputs * kernel * kernel
        let weight = try parameters.tensor("weight", [outputs, inputs, kernel, kernel], initial ?? .fanIn(fanIn))
        let bias = bias ? try parameters.tensor("bias", [outputs], initial == nil ? .fanIn(fanIn) : .zeros) : nil
        (self.stride, self.padding) = (stride, padding)
        self.kernel =
            if !parameters.store.isFrozen {
                .plain(weight: weight, bias: bias)
            } else if kernel == 1, stride == 1, padding == 0 {
                .product(Linear(parameters, weight: try weight.reshape(outputs, inputs), bias: bias))
            } else {
                .frozen(FrozenConvolution(weight, bias, stride: stride, padding: padding))
            }
    }

    package func callAsFunction(_ x: Tensor) throws(TensorError) -> Tensor {
        switch kernel {
        case .frozen(let convolution): try convolution(x)
        // Convolutions leave channels last in memory, so that nothing is copied here.
        case .product(let linear): try linear(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        case .plain(let weight, let bias): try x.conv2d(weight, bias, stride: stride, padding: padding)
        }
    }
}

/// Normalises each group of channels of `[B, channels, …]` to mean 0 and variance 1, then scales and shifts each
/// channel.
package struct GroupNorm {
    package var weight, bias: Tensor
    package var groups: Int
    package var eps: Double

    package init(_ parameters: Parameters, groups: Int, channels: Int, eps: Double = 1e-5) throws(TensorError) {
        weight = try parameters.tensor("weight", [channels], .ones)
        bias = try parameters.tensor("bias", [channels], .zeros)
        (self.groups, self.eps) = (groups, eps)
    }

    package func callAsFunction(_ x: Tensor) throws(TensorError) -> Tensor {
        try x.groupNorm(groups, weight, bias, eps: eps)
    }
}

/// Normalises the last dimension to mean 0 and variance 1, then scales and shifts it.
package struct LayerNorm {
    package var weight, bias: Tensor
    package var eps: Double

    /// `eps`: PyTorch's default, which CLIP and Stable Diffusion use.
    package init(_ parameters: Parameters, _ width: Int, eps: Double = 1e-5) throws(TensorError) {
        weight = try parameters.tensor("weight", [width], .ones)
        bias = try parameters.tensor("bias", [width], .zeros)
        self.eps = eps
    }

    package func callAsFunction(_ x: Tensor) throws(TensorError) -> Tensor {
        try x.layerNorm(weight.shape, weight, bias, eps: eps)
    }
}

/// A table of `count` vectors, looked up by index.
package struct Embedding {
    package var weight: Tensor

    package init(_ parameters: Parameters, count: Int, width: Int, initial: Initialization = .normal(std: 1))
        throws(TensorError)
    {
        weight = try parameters.tensor("weight", [count, width], initial)
    }

    /// `indices`, integers of any shape, to `[…, width]`.
    package func callAsFunction(_ indices: Tensor) throws(TensorError) -> Tensor { try weight.embedding(indices) }
}
