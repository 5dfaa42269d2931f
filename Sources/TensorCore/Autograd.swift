import CTorch

/// Runs `body` without recording operations for gradients. Gradient mode belongs to the thread.
package func withoutGradients<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    try withGradients(enabled: false, body)
}

/// Runs `body` with the recording for gradients switched on, e.g. inside ``withoutGradients(_:)``.
package func withGradients<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    try withGradients(enabled: true, body)
}

private func withGradients<Result, Failure: Error>(enabled: Bool, _ body: () throws(Failure) -> Result) throws(Failure)
    -> Result
{
    let before = ctorch_grad_enabled()
    ctorch_set_grad_enabled(enabled)
    defer { ctorch_set_grad_enabled(before) }
    return try body()
}

/// The gradients of `output`, which holds one number, with respect to `inputs`; each has its input's shape. An input
/// that `output` doesn't depend on has gradient 0. The recorded operations are dropped unless `retainGraph` is set.
///
/// *Throws* `TensorError.invalidArgument` when `output` is not one number, `.failed` when it depends on nothing that
/// requires gradients.
package func gradients(of output: Tensor, withRespectTo inputs: [Tensor], retainGraph: Bool = false) throws(TensorError)
    -> [Tensor]
{
    var handles = [CTorchTensor](repeating: CTorchTensor(), count: inputs.count)
    try check(
        inputs.withHandles { pointer, count in
            guard let pointer else { return CTorchStatus() }
            return ctorch_grad(output.handle, pointer, count, retainGraph, &handles)
        })
    var results: [Tensor] = []
    for (handle, input) in zip(handles, inputs) {
        results.append(handle.impl == nil ? try input.zerosLike() : Tensor(handle: handle))
    }
    return results
}

/// The gradient with respect to one input.
package func gradient(of output: Tensor, withRespectTo input: Tensor, retainGraph: Bool = false) throws(TensorError)
    -> Tensor
{
    try gradients(of: output, withRespectTo: [input], retainGraph: retainGraph)[0]
}

extension Tensor {
    /// Whether operations on it are recorded for gradients.
    package var requiresGrad: Bool {
        get throws(TensorError) {
            var value = false
            try check(ctorch_requires_grad(handle, &value))
            return value
        }
    }

    /// Marks a leaf (a tensor that isn't the result of recorded operations), and gives it back.
    @discardableResult
    package func requiringGrad(_ value: Bool = true) throws(TensorError) -> Tensor {
        try check(ctorch_set_requires_grad(handle, value))
        return self
    }

    /// The same numbers, cut off from the operations that made them.
    package func detach() throws(TensorError) -> Tensor { try Tensor { ctorch_detach(handle, $0) } }
}

/// Changes in place, for optimisers and buffers; call them within ``withoutGradients(_:)`` if the tensor requires
/// gradients.
extension Tensor {
    /// self ← self + alpha · other.
    package func inPlaceAdd(_ other: Tensor, alpha: Double = 1) throws(TensorError) {
        try check(ctorch_in_place_add(handle, other.handle, alpha))
    }

    /// self ← factor · self.
    package func inPlaceMultiply(_ factor: Double) throws(TensorError) {
        try check(ctorch_in_place_multiply(handle, factor))
    }

    /// self ← self + weight · (end − self).
    package func inPlaceLerp(_ end: Tensor, weight: Double) throws(TensorError) {
        try check(ctorch_in_place_lerp(handle, end.handle, weight))
    }

    /// self ← self + value · left · right.
    package func inPlaceAddProduct(_ left: Tensor, _ right: Tensor, value: Double = 1) throws(TensorError) {
        try check(ctorch_in_place_addcmul(handle, left.handle, right.handle, value))
    }

    /// self ← self + value · numerator / denominator.
    package func inPlaceAddQuotient(_ numerator: Tensor, _ denominator: Tensor, value: Double = 1) throws(TensorError) {
        try check(ctorch_in_place_addcdiv(handle, numerator.handle, denominator.handle, value))
    }

    /// self ← source, whose shape is broadcast and whose dtype is converted.
    package func inPlaceCopy(_ source: Tensor) throws(TensorError) {
        try check(ctorch_in_place_copy(handle, source.handle))
    }
}

/// For tensors that have no other owner: the result reuses their memory unless gradients are recorded.
extension Tensor {
    /// SiLU of each element, in this tensor's own memory if possible.
    package func siluConsuming() throws(TensorError) -> Tensor {
        guard try !isRecorded else { return try silu() }
        try check(ctorch_in_place_silu(handle))
        return self
    }

    /// self + other, which is broadcast to this shape, in this tensor's own memory if possible.
    package func addingConsuming(_ other: Tensor) throws(TensorError) -> Tensor {
        guard try !isRecorded, try !other.isRecorded else { return try self + other }
        try inPlaceAdd(other)
        return self
    }

    private var isRecorded: Bool {
        get throws(TensorError) { ctorch_grad_enabled() ? try requiresGrad : false }
    }
}
