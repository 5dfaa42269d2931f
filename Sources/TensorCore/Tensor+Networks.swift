import CTorch

/// Parts of networks.
extension Tensor {
    /// The matrix product over the last two dimensions, the others broadcast.
    package func matmul(_ other: Tensor) throws(TensorError) -> Tensor {
        try Tensor { ctorch_matmul(handle, other.handle, $0) }
    }

    /// `[B, n, m]` times `[B, m, p]`.
    package func bmm(_ other: Tensor) throws(TensorError) -> Tensor {
        try Tensor { ctorch_bmm(handle, other.handle, $0) }
    }

    /// x · weightᵀ + bias: `[…, in]` to `[…, out]`; weight `[out, in]`, bias `[out]`.
    package func linear(_ weight: Tensor, _ bias: Tensor? = nil) throws(TensorError) -> Tensor {
        try Tensor { ctorch_linear(handle, weight.handle, bias.handle, $0) }
    }

    /// `[B, C, H, W]` convolved with weight `[out, C / groups, kH, kW]`, bias `[out]`; zeros around.
    package func conv2d(_ weight: Tensor, _ bias: Tensor? = nil, stride: Int = 1, padding: Int = 0, groups: Int = 1)
        throws(TensorError) -> Tensor
    {
        try Tensor { out in
            [stride, stride].withInts { stride in
                [padding, padding].withInts {
                    ctorch_conv2d(handle, weight.handle, bias.handle, stride, $0, groups, out)
                }
            }
        }
    }

    /// Normalises groups of the channels of `[B, C, …]` to mean 0 and variance 1, then scales and shifts each channel.
    package func groupNorm(_ groups: Int, _ weight: Tensor? = nil, _ bias: Tensor? = nil, eps: Double)
        throws(TensorError) -> Tensor
    {
        try Tensor { ctorch_group_norm(handle, groups, weight.handle, bias.handle, eps, $0) }
    }

    /// Normalises the last dimensions, whose sizes are `shape`, to mean 0 and variance 1, then scales and shifts.
    package func layerNorm(_ shape: [Int], _ weight: Tensor? = nil, _ bias: Tensor? = nil, eps: Double)
        throws(TensorError) -> Tensor
    {
        try Tensor { out in shape.withInts { ctorch_layer_norm(handle, $0, weight.handle, bias.handle, eps, out) } }
    }

    /// The rows of this table `[n, width]` named by `indices` (integers of any shape): `[…, width]`.
    package func embedding(_ indices: Tensor) throws(TensorError) -> Tensor {
        try Tensor { ctorch_embedding(handle, indices.handle, $0) }
    }

    /// softmax(query · keyᵀ · scale + mask) · value, fused: `[B, heads, queries, d]`, `[B, heads, keys, d]`, `[B,
    /// heads, keys, dv]`.
    ///
    /// `mask`, broadcast to `[B, heads, queries, keys]`: bool (true takes part) or added to the scores. `scale`: 1/√d
    /// unless given.
    package static func scaledDotProductAttention(
        _ query: Tensor, _ key: Tensor, _ value: Tensor, mask: Tensor? = nil, isCausal: Bool = false,
        scale: Double? = nil
    ) throws(TensorError) -> Tensor {
        try Tensor { out in
            withOptionalPointer(scale) {
                ctorch_attention(query.handle, key.handle, value.handle, mask.handle, isCausal, $0, out)
            }
        }
    }

    // MARK: - Pictures `[B, C, H, W]`

    package enum Interpolation { case nearest, bilinear, bicubic }

    /// Resampled to height × width with half-pixel centres (`align_corners=False`). `antialias` widens the kernel when
    /// shrinking, as Pillow does; it has no effect on nearest.
    package func interpolate(height: Int, width: Int, _ mode: Interpolation, antialias: Bool = false)
        throws(TensorError) -> Tensor
    {
        let code =
            switch mode {
            case .nearest: CTorchNearest
            case .bilinear: CTorchBilinear
            case .bicubic: CTorchBicubic
            }
        return try Tensor { out in [height, width].withInts { ctorch_interpolate(handle, $0, code, antialias, out) } }
    }

    /// Every pixel made two by two.
    package func upsampleNearest2x() throws(TensorError) -> Tensor {
        try interpolate(height: 2 * size(-2), width: 2 * size(-1), .nearest)
    }

    package func avgPool2d(_ kernel: Int, stride: Int? = nil) throws(TensorError) -> Tensor {
        let stride = stride ?? kernel
        return try Tensor { out in
            [kernel, kernel].withInts { kernel in
                [stride, stride].withInts { ctorch_avg_pool2d(handle, kernel, $0, out) }
            }
        }
    }

    /// Averaged into height × width cells.
    package func adaptiveAvgPool2d(height: Int, width: Int) throws(TensorError) -> Tensor {
        try Tensor { out in [height, width].withInts { ctorch_adaptive_avg_pool2d(handle, $0, out) } }
    }
}

extension Tensor? {
    /// "None" stands as an empty handle.
    var handle: CTorchTensor { self?.handle ?? CTorchTensor() }
}
