import CTorch

/// Layers whose weights never change, on the CPU: only their inputs get gradients.
extension Tensor {
    /// Whether frozen layers are supported in this dtype here and turned on (``Kernels``).
    package static func hasFrozenLayers(_ dtype: DType) -> Bool {
        var value = false
        return ctorch_frozen_available(dtype.code, &value).code == CTorchOK && value
    }

    /// x · weightᵀ + bias as ``linear(_:_:)``, by oneDNN.
    package func frozenLinear(_ weight: Tensor, _ bias: Tensor? = nil) throws(TensorError) -> Tensor {
        try Tensor { ctorch_frozen_linear(handle, weight.handle, bias.handle, $0) }
    }
}

/// A convolution with a square kernel whose weights never change, on the CPU.
///
/// 3×3 kernels over a large enough map use Winograd's algorithm (`CTorchKernels/Winograd.cpp`): two and a quarter or
/// four times fewer products, and in float32 rounding errors of half to five times a direct sum's. The others use
/// oneDNN, which needs weights in blocks. PyTorch packs them again in every call; here this happens once, when they are
/// first used, and the plain weights are released. (1280 channels at 8×8: 8.5 ms instead of 28 ms on two cores with
/// AVX-512.) If gradients are needed, the kernel for the backward pass is packed, too.
package final class FrozenConvolution {
    private let bias: Tensor?
    private let outputs, kernel, stride, padding: Int
    /// `[out, in, k, k]`, until it is packed.
    private var plain: Tensor?
    private var packed: Tensor?
    private var turned: Tensor?

    package init(_ weight: Tensor, _ bias: Tensor?, stride: Int, padding: Int) {
        (plain, self.bias, self.stride, self.padding) = (weight, bias, stride, padding)
        (outputs, kernel) = (weight.shape[0], weight.shape[2])
    }

    /// `[B, in, H, W]` to `[B, out, H', W']`.
    package func callAsFunction(_ x: Tensor) throws(TensorError) -> Tensor {
        let packed = try packed(for: x)
        let turned = if ctorch_grad_enabled(), try x.requiresGrad { try turned(packed, for: x) } else { turned }
        return try Tensor {
            ctorch_frozen_conv2d(x.handle, packed.handle, turned.handle, bias.handle, stride, padding, $0)
        }
    }

    // Algorithm and layout are always chosen for a batch of one, so that a run resumed with another batch size computes
    // the same.

    private func packed(for x: Tensor) throws(TensorError) -> Tensor {
        if let packed { return packed }
        guard let weight = plain else { throw TensorError(.failed, "internal: a frozen convolution without weights") }
        let packed = try Tensor { out in
            ([1] + x.shape.dropFirst()).withInts { ctorch_frozen_pack(weight.handle, $0, stride, padding, out) }
        }
        (self.packed, plain) = (packed, nil)
        return packed
    }

    private func turned(_ packed: Tensor, for x: Tensor) throws(TensorError) -> Tensor {
        if let turned { return turned }
        let sides = x.shape.suffix(2).map { ($0 + 2 * padding - kernel) / stride + 1 }
        let made = try Tensor { out in
            ([1, outputs] + sides).withInts { ctorch_frozen_pack_turned(packed.handle, $0, stride, padding, out) }
        }
        turned = made
        return made
    }
}
