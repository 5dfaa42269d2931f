import CTorch

/// Changes of many tensors at once, in place: one call a training step, not one a tensor.
extension [Tensor] {
    /// The norm of all elements of all tensors together.
    package func totalNorm() throws(TensorError) -> Double {
        var value = 0.0
        try check(
            withHandles { pointer, count in pointer.map { ctorch_total_norm($0, count, &value) } ?? CTorchStatus() })
        return value
    }

    /// Each ← itself + weight · (end − itself).
    package func inPlaceLerp(_ ends: [Tensor], weight: Double) throws(TensorError) {
        try pairwise(ends) { ctorch_lerp_all($0, $1, $2, weight) }
    }

    /// Each ← its source, dtypes converted.
    package func inPlaceCopy(_ sources: [Tensor]) throws(TensorError) {
        try pairwise(sources) { ctorch_copy_all($0, $1, $2) }
    }

    /// One step of AdamW in PyTorch's fused form: this array's tensors are the parameters, float32.
    ///
    /// *Source*: Loshchilov and Hutter, Decoupled weight decay regularization (2019), algorithm 2.
    /// - Parameters:
    ///   - gradients: float32; divided by `gradientScale` first.
    ///   - steps: one number a parameter, float32, counted up here.
    package func adamWStep(
        _ gradients: [Tensor], first: [Tensor], second: [Tensor], steps: [Tensor], learningRate: Double,
        betas: (Double, Double),
        weightDecay: Double, eps: Double, gradientScale: Double = 1
    ) throws(TensorError) {
        precondition([gradients.count, first.count, second.count, steps.count].allSatisfy { $0 == count })
        let settings = CTorchAdamW(
            learning_rate: learningRate, beta1: betas.0, beta2: betas.1, weight_decay: weightDecay, eps: eps)
        let lists = [self, gradients, first, second, steps].map { $0.map(\.handle) }
        try check(
            lists[0].withUnsafeBufferPointer { parameters in
                lists[1].withUnsafeBufferPointer { gradients in
                    lists[2].withUnsafeBufferPointer { first in
                        lists[3].withUnsafeBufferPointer { second in
                            lists[4].withUnsafeBufferPointer { steps in
                                guard let p = parameters.baseAddress, let g = gradients.baseAddress,
                                    let m = first.baseAddress,
                                    let v = second.baseAddress, let n = steps.baseAddress
                                else { return CTorchStatus() }
                                return ctorch_adamw_step(p, g, m, v, n, count, settings, gradientScale)
                            }
                        }
                    }
                }
            })
    }

    private func pairwise(
        _ others: [Tensor], _ body: (UnsafePointer<CTorchTensor>, UnsafePointer<CTorchTensor>, Int) -> CTorchStatus
    ) throws(TensorError) {
        precondition(count == others.count)
        try check(
            withHandles { mine, count in
                others.withHandles { theirs, _ in
                    guard let mine, let theirs else { return CTorchStatus() }
                    return body(mine, theirs, count)
                }
            })
    }
}
