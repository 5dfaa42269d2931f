package import TensorCore

/// Adam: steps along the mean of past gradients, scaled by the root of the mean of their squares.
///
/// *Source*: Kingma and Ba, Adam (2015), algorithm 1, in the order of operations of PyTorch's `torch.optim.Adam`
/// (foreach=False), so that parameters agree to rounding.
package final class Adam {
    package let parameters: [(name: String, tensor: Tensor)]
    package var learningRate: Double
    private let betas: (Double, Double)
    private let eps: Double
    private var first: [Tensor] = []  // exponential mean of gradients
    private var second: [Tensor] = []  // exponential mean of squared gradients
    /// How many updates were made.
    package private(set) var steps = 0

    /// The defaults are the paper's and PyTorch's.
    package init(
        _ parameters: [(name: String, tensor: Tensor)], learningRate: Double, betas: (Double, Double) = (0.9, 0.999),
        eps: Double = 1e-8
    ) throws(TensorError) {
        (self.parameters, self.learningRate, self.betas, self.eps) = (parameters, learningRate, betas, eps)
        for (_, tensor) in parameters {
            first.append(try tensor.zerosLike())
            second.append(try tensor.zerosLike())
        }
    }

    /// One update of every parameter; `gradients` in the parameters' order.
    ///
    /// *Throws* `TensorError.invalidArgument` when their number differs.
    package func step(_ gradients: [Tensor]) throws(TensorError) {
        guard gradients.count == parameters.count else {
            throw TensorError(.invalidArgument, "\(gradients.count) gradients given for \(parameters.count) parameters")
        }
        steps += 1
        try withoutGradients { () throws(TensorError) in
            let (beta1, beta2) = betas
            let correction1 = 1 - power(beta1, steps)
            let correction2 = 1 - power(beta2, steps)
            for (index, gradient) in gradients.enumerated() {
                try first[index].inPlaceLerp(gradient, weight: 1 - beta1)
                try second[index].inPlaceMultiply(beta2)
                try second[index].inPlaceAddProduct(gradient, gradient, value: 1 - beta2)
                let denominator = try second[index].sqrt() / correction2.squareRoot() + eps
                try parameters[index].tensor.inPlaceAddQuotient(
                    first[index], denominator, value: -learningRate / correction1)
            }
        }
    }

    // MARK: - Checkpoints

    /// Everything but the parameters themselves, named for a safetensors file: `<parameter>.first`,
    /// `<parameter>.second`, `steps`.
    package func state() throws(TensorError) -> [String: Tensor] {
        var state = ["steps": try Tensor([steps])]
        for (index, (name, _)) in parameters.enumerated() {
            state["\(name).first"] = try first[index].clone()
            state["\(name).second"] = try second[index].clone()
        }
        return state
    }

    /// Restores a state that ``state()`` returned.
    ///
    /// *Throws* `TensorError.invalidArgument` when a tensor is missing, left over or of another shape; nothing is
    /// changed then.
    package func restore(_ state: [String: Tensor]) throws(TensorError) {
        func take(_ key: String, _ shape: [Int]) throws(TensorError) -> Tensor {
            guard let tensor = state[key], tensor.shape == shape else {
                throw TensorError(.invalidArgument, "the optimiser's state has no “\(key)” of shape \(shape)")
            }
            return tensor
        }
        guard state.count == 1 + 2 * parameters.count else {
            throw TensorError(
                .invalidArgument, "the optimiser's state holds \(state.count) tensors, not \(1 + 2 * parameters.count)")
        }
        let steps = try take("steps", [1]).intItem()
        var first: [Tensor] = []
        var second: [Tensor] = []
        for (name, tensor) in parameters {
            first.append(try take("\(name).first", tensor.shape).to(tensor.dtype, device: tensor.device).clone())
            second.append(try take("\(name).second", tensor.shape).to(tensor.dtype, device: tensor.device).clone())
        }
        (self.steps, self.first, self.second) = (steps, first, second)
    }
}
