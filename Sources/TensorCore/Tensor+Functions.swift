import CTorch

/// Functions of each element.
extension Tensor {
    package func exp() throws(TensorError) -> Tensor { try unary(CTorchExponential) }
    package func log() throws(TensorError) -> Tensor { try unary(CTorchLogarithm) }
    package func sqrt() throws(TensorError) -> Tensor { try unary(CTorchSquareRoot) }
    package func rsqrt() throws(TensorError) -> Tensor { try unary(CTorchReciprocalSquareRoot) }
    package func reciprocal() throws(TensorError) -> Tensor { try unary(CTorchReciprocal) }
    package func abs() throws(TensorError) -> Tensor { try unary(CTorchAbsolute) }
    package func sin() throws(TensorError) -> Tensor { try unary(CTorchSine) }
    package func cos() throws(TensorError) -> Tensor { try unary(CTorchCosine) }
    package func floor() throws(TensorError) -> Tensor { try unary(CTorchFloor) }
    /// To the nearest integer, halves to the even one.
    package func round() throws(TensorError) -> Tensor { try unary(CTorchRound) }

    package func pow(_ exponent: some TensorScalar) throws(TensorError) -> Tensor { try binary(CTorchPower, exponent) }
    package func pow(_ exponent: Tensor) throws(TensorError) -> Tensor { try binary(CTorchPower, exponent) }

    package func maximum(_ other: Tensor) throws(TensorError) -> Tensor { try binary(CTorchMaximum, other) }
    package func minimum(_ other: Tensor) throws(TensorError) -> Tensor { try binary(CTorchMinimum, other) }

    /// Every element limited to the bounds; nil means no bound on that side.
    package func clamp(min: Double? = nil, max: Double? = nil) throws(TensorError) -> Tensor {
        try Tensor { out in
            withOptionalPointer(min?.code) { low in
                withOptionalPointer(max?.code) { ctorch_clamp(handle, low, $0, out) }
            }
        }
    }

    /// Elements of `yes` where the condition (bool) holds, else of `no`; shapes are broadcast.
    package static func `where`(_ condition: Tensor, _ yes: Tensor, _ no: Tensor) throws(TensorError) -> Tensor {
        try Tensor { ctorch_where(condition.handle, yes.handle, no.handle, $0) }
    }

    /// Where elements are neither infinite nor NaN, as bool.
    package func isFinite() throws(TensorError) -> Tensor { try unary(CTorchIsFinite) }

    /// Whether every element is finite.
    package var allFinite: Bool {
        get throws(TensorError) { try isFinite().all().boolItem() }
    }

    // MARK: - Activations

    package func sigmoid() throws(TensorError) -> Tensor { try unary(CTorchSigmoid) }
    package func logSigmoid() throws(TensorError) -> Tensor { try unary(CTorchLogSigmoid) }
    package func softplus() throws(TensorError) -> Tensor { try unary(CTorchSoftplus) }
    package func tanh() throws(TensorError) -> Tensor { try unary(CTorchTanh) }
    package func relu() throws(TensorError) -> Tensor { try unary(CTorchReLU) }
    /// x · sigmoid(x).
    package func silu() throws(TensorError) -> Tensor { try unary(CTorchSiLU) }
    /// x · Φ(x), exact (by the error function).
    package func gelu() throws(TensorError) -> Tensor { try unary(CTorchGELU) }
    /// GELU's approximation by tanh.
    package func geluTanh() throws(TensorError) -> Tensor { try unary(CTorchGELUTanh) }
    /// GELU's approximation x · sigmoid(1.702 x), as OpenAI's CLIP uses it.
    package func quickGELU() throws(TensorError) -> Tensor { try self * (self * 1.702).sigmoid() }

    package func softmax(_ dimension: Int) throws(TensorError) -> Tensor {
        try Tensor { ctorch_softmax(handle, dimension, $0) }
    }

    package func logSoftmax(_ dimension: Int) throws(TensorError) -> Tensor {
        try Tensor { ctorch_log_softmax(handle, dimension, $0) }
    }
}

func withOptionalPointer<Value, R>(_ value: Value?, _ body: (UnsafePointer<Value>?) -> R) -> R {
    guard let value else { return body(nil) }
    return withUnsafePointer(to: value) { body($0) }
}
