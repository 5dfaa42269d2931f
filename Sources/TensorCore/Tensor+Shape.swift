import CTorch

/// Shape and selection. Negative dimensions count from the end.
extension Tensor {
    // MARK: - Another shape

    /// The same elements in another shape; one size may be -1 and is worked out.
    package func reshape(_ shape: [Int]) throws(TensorError) -> Tensor {
        try Tensor { out in shape.withInts { ctorch_reshape(handle, $0, out) } }
    }
    package func reshape(_ shape: Int...) throws(TensorError) -> Tensor { try reshape(shape) }

    package func permute(_ dimensions: Int...) throws(TensorError) -> Tensor {
        try Tensor { out in dimensions.withInts { ctorch_permute(handle, $0, out) } }
    }

    package func transpose(_ first: Int, _ second: Int) throws(TensorError) -> Tensor {
        try Tensor { ctorch_transpose(handle, first, second, $0) }
    }

    /// The last two dimensions swapped.
    package func transposed() throws(TensorError) -> Tensor { try transpose(-2, -1) }

    package func unsqueeze(_ dimension: Int) throws(TensorError) -> Tensor {
        try Tensor { ctorch_unsqueeze(handle, dimension, $0) }
    }

    /// Without the dimension, if its size is 1.
    package func squeeze(_ dimension: Int) throws(TensorError) -> Tensor {
        try Tensor { ctorch_squeeze(handle, dimension, $0) }
    }

    /// Dimensions start … end made one.
    package func flatten(_ start: Int = 0, _ end: Int = -1) throws(TensorError) -> Tensor {
        try Tensor { ctorch_flatten(handle, start, end, $0) }
    }

    /// Dimensions of size 1 stretched to the shape without copying; -1 keeps a size.
    package func expand(_ shape: [Int]) throws(TensorError) -> Tensor {
        try Tensor { out in shape.withInts { ctorch_expand(handle, $0, out) } }
    }
    package func expand(_ shape: Int...) throws(TensorError) -> Tensor { try expand(shape) }

    /// The tensor laid side by side, `counts` times along each dimension.
    package func repeated(_ counts: Int...) throws(TensorError) -> Tensor {
        try Tensor { out in counts.withInts { ctorch_repeat(handle, $0, out) } }
    }

    package func flip(_ dimensions: Int...) throws(TensorError) -> Tensor {
        try Tensor { out in dimensions.withInts { ctorch_flip(handle, $0, out) } }
    }

    // MARK: - Parts

    package func narrow(_ dimension: Int, start: Int, length: Int) throws(TensorError) -> Tensor {
        try Tensor { ctorch_narrow(handle, dimension, start, length, $0) }
    }

    /// One slice, without the dimension.
    package func select(_ dimension: Int, _ index: Int) throws(TensorError) -> Tensor {
        try Tensor { ctorch_select(handle, dimension, index, $0) }
    }

    /// The slices named by `indices` (int64, one dimension).
    package func indexSelect(_ dimension: Int, _ indices: Tensor) throws(TensorError) -> Tensor {
        try Tensor { ctorch_index_select(handle, dimension, indices.handle, $0) }
    }

    package func indexSelect(_ dimension: Int, _ indices: [Int]) throws(TensorError) -> Tensor {
        try indexSelect(dimension, Tensor(indices).to(device: device))
    }

    package func gather(_ dimension: Int, _ indices: Tensor) throws(TensorError) -> Tensor {
        try Tensor { ctorch_gather(handle, dimension, indices.handle, $0) }
    }

    /// The tensor cut along the dimension into `count` pieces of equal size; the last may be smaller, as
    /// `torch.chunk`'s.
    package func chunk(_ count: Int, _ dimension: Int = 0) throws(TensorError) -> [Tensor] {
        let size = try size(dimension)
        guard count > 0 else { throw TensorError(.invalidArgument, "can't cut a tensor into \(count) pieces") }
        let length = Swift.max(1, (size + count - 1) / count)
        var pieces: [Tensor] = []
        for start in stride(from: 0, to: size, by: length) {
            pieces.append(try narrow(dimension, start: start, length: Swift.min(length, size - start)))
        }
        return pieces
    }

    /// On and below the diagonal; the rest is 0.
    package func tril(diagonal: Int = 0) throws(TensorError) -> Tensor {
        try Tensor { ctorch_tril(handle, diagonal, $0) }
    }
    /// On and above the diagonal; the rest is 0.
    package func triu(diagonal: Int = 0) throws(TensorError) -> Tensor {
        try Tensor { ctorch_triu(handle, diagonal, $0) }
    }

    /// A mask to add to attention scores so that no token sees a later one: [length, length], 0 on and below the
    /// diagonal, -inf above.
    package static func causalMask(_ length: Int, dtype: DType = .float32, device: Device = .cpu) throws(TensorError)
        -> Tensor
    {
        try full([length, length], -Double.infinity, dtype: dtype, device: device).triu(diagonal: 1)
    }

    // MARK: - Put together

    package static func cat(_ tensors: [Tensor], _ dimension: Int = 0) throws(TensorError) -> Tensor {
        try Tensor { out in tensors.withHandles { ctorch_cat($0, $1, dimension, out) } }
    }

    package static func stack(_ tensors: [Tensor], _ dimension: Int = 0) throws(TensorError) -> Tensor {
        try Tensor { out in tensors.withHandles { ctorch_stack($0, $1, dimension, out) } }
    }
}
