import CTorch

/// Reductions over the named dimensions (none named: over all); `keepDim` leaves size 1 in their place.
extension Tensor {
    private func reduce(_ operation: CTorchReduction, _ dimensions: [Int], _ keep: Bool) throws(TensorError) -> Tensor {
        try Tensor { out in dimensions.withInts { ctorch_reduce(operation, handle, $0, keep, out) } }
    }

    package func sum(_ dimensions: Int..., keepDim: Bool = false) throws(TensorError) -> Tensor {
        try reduce(CTorchSum, dimensions, keepDim)
    }

    package func mean(_ dimensions: Int..., keepDim: Bool = false) throws(TensorError) -> Tensor {
        try reduce(CTorchMean, dimensions, keepDim)
    }

    /// The largest element. Where several are largest, the gradient is shared evenly among them, as by `torch.amax`.
    package func amax(_ dimensions: Int..., keepDim: Bool = false) throws(TensorError) -> Tensor {
        try reduce(CTorchMaximumOf, dimensions, keepDim)
    }

    /// The smallest element; gradients as ``amax(_:keepDim:)``.
    package func amin(_ dimensions: Int..., keepDim: Bool = false) throws(TensorError) -> Tensor {
        try reduce(CTorchMinimumOf, dimensions, keepDim)
    }

    /// The largest of all elements.
    package func max() throws(TensorError) -> Tensor { try reduce(CTorchMaximumOf, [], false) }
    /// The smallest of all elements.
    package func min() throws(TensorError) -> Tensor { try reduce(CTorchMinimumOf, [], false) }

    /// The Euclidean norm.
    package func norm(_ dimensions: Int..., keepDim: Bool = false) throws(TensorError) -> Tensor {
        try reduce(CTorchNorm, dimensions, keepDim)
    }

    /// Each vector along the dimension divided by its Euclidean norm, which counts as at least `eps`
    /// (`torch.nn.functional.normalize`, whose eps is 1e-12).
    package func normalized(_ dimension: Int = -1, eps: Double = 1e-12) throws(TensorError) -> Tensor {
        try self / norm(dimension, keepDim: true).clamp(min: eps)
    }

    package func all() throws(TensorError) -> Tensor { try reduce(CTorchAll, [], false) }
    package func any() throws(TensorError) -> Tensor { try reduce(CTorchAny, [], false) }

    /// The index of the largest element, int64: along a dimension, or of the flattened tensor.
    package func argmax(_ dimension: Int? = nil, keepDim: Bool = false) throws(TensorError) -> Tensor {
        try Tensor { out in withOptionalPointer(dimension) { ctorch_argmax(handle, $0, keepDim, out) } }
    }

    /// The `count` largest (or smallest) elements along the dimension, in order, and their indices (int64).
    package func topK(_ count: Int, _ dimension: Int = -1, largest: Bool = true) throws(TensorError) -> (
        values: Tensor, indices: Tensor
    ) {
        var values = CTorchTensor()
        var indices = CTorchTensor()
        try check(ctorch_topk(handle, count, dimension, largest, &values, &indices))
        return (Tensor(handle: values), Tensor(handle: indices))
    }

    /// Eigenvalues of symmetric matrices `[…, n, n]`, ascending, `[…, n]`, and eigenvectors of length 1 as columns,
    /// `[…, n, n]`. Only lower triangles are read.
    package func symmetricEigen() throws(TensorError) -> (values: Tensor, vectors: Tensor) {
        var values = CTorchTensor()
        var vectors = CTorchTensor()
        try check(ctorch_eigh(handle, &values, &vectors))
        return (Tensor(handle: values), Tensor(handle: vectors))
    }
}
