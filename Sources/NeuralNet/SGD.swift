package import TensorCore

/// Stochastic gradient descent with momentum and weight decay.
///
/// *Source*: PyTorch's `torch.optim.SGD` without dampening or Nesterov's form, in its order of operations.
package final class SGD {
    package let parameters: [(name: String, tensor: Tensor)]
    package var learningRate: Double
    private let momentum, decay: Double
    private var velocities: [Tensor] = []

    package init(
        _ parameters: [(name: String, tensor: Tensor)], learningRate: Double, momentum: Double, decay: Double
    ) throws(TensorError) {
        (self.parameters, self.learningRate) = (parameters, learningRate)
        (self.momentum, self.decay) = (momentum, decay)
        for (_, tensor) in parameters { velocities.append(try tensor.zerosLike()) }
    }

    /// One update of every parameter; `gradients` in the parameters' order.
    ///
    /// *Throws* `TensorError.invalidArgument` when their number differs.
    package func step(_ gradients: [Tensor]) throws(TensorError) {
        guard gradients.count == parameters.count else {
            throw TensorError(.invalidArgument, "\(gradients.count) gradients given for \(parameters.count) parameters")
        }
        try withoutGradients { () throws(TensorError) in
            for (index, gradient) in gradients.enumerated() {
                let tensor = parameters[index].tensor
                try velocities[index].inPlaceMultiply(momentum)
                try velocities[index].inPlaceAdd(gradient + tensor.detach() * decay)
                try tensor.inPlaceAdd(velocities[index], alpha: -learningRate)
            }
        }
    }

    // MARK: - Checkpoints

    /// The velocities by their parameters' names.
    package func state() throws(TensorError) -> [String: Tensor] {
        var state: [String: Tensor] = [:]
        for (index, (name, _)) in parameters.enumerated() { state[name] = try velocities[index].clone() }
        return state
    }

    /// Restores a state that ``state()`` returned.
    ///
    /// *Throws* `TensorError.invalidArgument` when a tensor is missing or of another shape; nothing is changed then.
    package func restore(_ state: [String: Tensor]) throws(TensorError) {
        var velocities: [Tensor] = []
        for (name, tensor) in parameters {
            guard let found = state[name], found.shape == tensor.shape else {
                throw TensorError(
                    .invalidArgument, "the optimiser's state has no “\(name)” of shape \(tensor.shape)")
            }
            velocities.append(try found.to(tensor.dtype, device: tensor.device).clone())
        }
        self.velocities = velocities
    }
}
