import CTorch

/// An n-dimensional array on a device, with PyTorch's semantics.
///
/// Operations throw ``TensorError`` and give new tensors, which may share storage with their arguments as PyTorch's
/// views do; only functions named `inPlace…` change a tensor, so sharing has no other effect. Not `Sendable`: gradient
/// mode, and so what an operation records, belongs to one thread.
package final class Tensor {
    let handle: CTorchTensor

    init(handle: CTorchTensor) { self.handle = handle }

    /// Takes over the tensor that a function of the C ABI writes out.
    convenience init(_ make: (UnsafeMutablePointer<CTorchTensor>) -> CTorchStatus) throws(TensorError) {
        var handle = CTorchTensor()
        try check(make(&handle))
        self.init(handle: handle)
    }

    deinit { ctorch_tensor_free(handle) }

    // MARK: - What it is

    /// The sizes, e.g. `[B, C, H, W]`.
    package var shape: [Int] {
        // These two calls fail only without a tensor, and this class always has one.
        var rank = 0
        guard ctorch_rank(handle, &rank).code == CTorchOK else { return [] }
        return [Int](unsafeUninitializedCapacity: rank) { buffer, count in
            count = ctorch_shape(handle, buffer.baseAddress, rank).code == CTorchOK ? rank : 0
        }
    }

    /// How many dimensions it has.
    package var rank: Int { shape.count }

    /// How many elements it has.
    package var count: Int { shape.reduce(1, *) }

    /// The size of one dimension; negative ones count from the end.
    ///
    /// *Throws* `TensorError.invalidArgument` when there is no such dimension.
    package func size(_ dimension: Int) throws(TensorError) -> Int {
        let shape = shape
        let index = dimension < 0 ? dimension + shape.count : dimension
        guard shape.indices.contains(index) else {
            throw TensorError(.invalidArgument, "a tensor of shape \(shape) has no dimension \(dimension)")
        }
        return shape[index]
    }

    package var dtype: DType {
        get throws(TensorError) {
            var code = CTorchFloat32
            try check(ctorch_dtype(handle, &code))
            return try DType(code: code)
        }
    }

    package var device: Device {
        get throws(TensorError) {
            var code = CTorchDevice()
            try check(ctorch_device(handle, &code))
            return Device(code: code)
        }
    }

    // MARK: - Where and as what

    /// The same numbers as another dtype and/or on another device; the tensor itself when nothing changes.
    package func to(_ dtype: DType? = nil, device: Device? = nil) throws(TensorError) -> Tensor {
        let dtype = if let dtype { dtype } else { try self.dtype }
        let device = if let device { device } else { try self.device }
        return try Tensor { ctorch_to(handle, dtype.code, device.code, $0) }
    }

    package func to(device: Device) throws(TensorError) -> Tensor { try to(nil, device: device) }

    /// A copy with storage of its own.
    package func clone() throws(TensorError) -> Tensor { try Tensor { ctorch_clone(handle, $0) } }

    /// The same numbers, laid out without gaps in row-major order.
    package func contiguous() throws(TensorError) -> Tensor { try Tensor { ctorch_contiguous(handle, $0) } }
}

extension [Int] {
    func withInts<R>(_ body: (CTorchInts) -> R) -> R {
        withUnsafeBufferPointer { body(CTorchInts(values: $0.baseAddress, count: $0.count)) }
    }
}

extension [Tensor] {
    func withHandles<R>(_ body: (UnsafePointer<CTorchTensor>?, Int) -> R) -> R {
        map(\.handle).withUnsafeBufferPointer { body($0.baseAddress, $0.count) }
    }
}
