package import TensorCore

/// The parameters of a network in training: float32 masters that the optimiser moves, working copies that the network
/// computes with, and a running average of the masters, which is the result of the training.
///
/// *Source*: Micikevicius et al., Mixed precision training (2018), section 3.1 (masters); Loshchilov and Hutter 2019
/// (AdamW); Ho et al. 2020, appendix B (the average of a diffusion model's weights).
package final class TrainedParameters {
    package struct Settings: Sendable {
        package var betas = (0.9, 0.99)
        /// Of matrices and kernels alone: tensors of one dimension (biases, norms) don't decay.
        package var weightDecay = 0.01
        package var eps = 1e-8
        /// The norm that all gradients together are cut to.
        package var gradientClip = 1.0
        /// The share of the average that is kept at each step, after the first steps.
        package var averageDecay = 0.999

        package init() {}
    }

    package let names: [String]
    private let masters, working, averages, first, second, counts: [Tensor]
    private let settings: Settings
    /// Positions of the tensors that decay, and of those that don't.
    private let decaying, plain: [Int]
    package private(set) var steps = 0

    /// What is to be trained: the parameters that a network asked of a store with `trainable` set.
    ///
    /// - Parameters:
    ///   - working: the store's own list; its tensors' numbers are replaced at each step.
    ///   - masters: float32, by the same names; at least as many.
    ///   - isTrained: which of the parameters move; the others stay as they are.
    package init(
        working: [(name: String, tensor: Tensor)], masters: [String: Tensor], settings: Settings = Settings(),
        isTrained: (String) -> Bool = { _ in true }
    ) throws(TensorError) {
        self.settings = settings
        let trained = working.filter { isTrained($0.name) }
        names = trained.map(\.name)
        self.working = trained.map(\.tensor)
        var own: [Tensor] = []
        var averages: [Tensor] = []
        var zeros: [[Tensor]] = [[], []]
        var counts: [Tensor] = []
        for (name, tensor) in trained {
            guard let master = masters[name] else {
                throw TensorError(.invalidArgument, "no float32 numbers for “\(name)”")
            }
            let device = try tensor.device
            // Copied, because a working tensor in float32 would otherwise share its storage with its master.
            let numbers = try master.to(.float32, device: device).detach()
            own.append(try numbers.clone())
            averages.append(try numbers.clone())
            for index in 0..<2 { zeros[index].append(try numbers.zerosLike()) }
            counts.append(try Tensor.zeros([], device: device))
        }
        (self.masters, self.averages, first, second, self.counts) = (own, averages, zeros[0], zeros[1], counts)
        decaying = own.indices.filter { own[$0].rank > 1 }
        plain = own.indices.filter { own[$0].rank <= 1 }
    }

    /// One update from the gradients of a loss with respect to the working copies.
    ///
    /// - Returns: the norm of all gradients before it was cut; nothing is changed when it isn't finite.
    @discardableResult
    package func step(loss: Tensor, learningRate: Double) throws(TensorError) -> Double {
        let raw = try gradients(of: loss, withRespectTo: working)
        return try withoutGradients { () throws(TensorError) in
            var gradients: [Tensor] = []
            for gradient in raw { gradients.append(try gradient.to(.float32)) }
            let norm = try gradients.totalNorm()
            guard norm.isFinite else { return norm }
            steps += 1
            for (places, decay) in [(decaying, settings.weightDecay), (plain, 0)] {
                func chosen(_ tensors: [Tensor]) -> [Tensor] { places.map { tensors[$0] } }
                try chosen(masters).adamWStep(
                    chosen(gradients), first: chosen(first), second: chosen(second), steps: chosen(counts),
                    learningRate: learningRate,
                    betas: settings.betas, weightDecay: decay, eps: settings.eps,
                    gradientScale: Swift.max(1, norm / settings.gradientClip))
            }
            try working.inPlaceCopy(masters)
            // With the full share, early averages would be dominated by the start, so the share grows to its value (as
            // usual for exponential averages).
            let keep = Swift.min(settings.averageDecay, Double(steps + 1) / Double(steps + 10))
            try averages.inPlaceLerp(masters, weight: 1 - keep)
            return norm
        }
    }

    /// The averaged weights, float32, by name.
    package var averaged: [String: Tensor] { Dictionary(zip(names, averages), uniquingKeysWith: { first, _ in first }) }

    /// Runs `body` while the network computes with the averaged weights.
    package func withAverages<Result>(_ body: () throws -> Result) throws -> Result {
        try withoutGradients { try working.inPlaceCopy(averages) }
        let result = Swift.Result { try body() }
        try withoutGradients { try working.inPlaceCopy(masters) }
        return try result.get()
    }

    // MARK: - Checkpoints

    private static let groups = ["master", "average", "first", "second"]

    /// Everything, named for a safetensors file: `<group>/<parameter>` and `steps`.
    package func state() throws(TensorError) -> [String: Tensor] {
        var state = ["steps": try Tensor([steps])]
        for (group, tensors) in zip(Self.groups, [masters, averages, first, second]) {
            for (name, tensor) in zip(names, tensors) { state["\(group)/\(name)"] = tensor }
        }
        return state
    }

    /// Restores a state that ``state()`` returned.
    ///
    /// *Throws* `TensorError.invalidArgument` when a tensor is missing or of another shape.
    package func restore(_ state: [String: Tensor]) throws(TensorError) {
        guard let steps = try state["steps"]?.intItem() else {
            throw TensorError(.invalidArgument, "the checkpoint has no “steps”")
        }
        for (group, tensors) in zip(Self.groups, [masters, averages, first, second]) {
            var sources: [Tensor] = []
            for (name, tensor) in zip(names, tensors) {
                guard let found = state["\(group)/\(name)"], found.shape == tensor.shape else {
                    throw TensorError(
                        .invalidArgument, "the checkpoint has no “\(group)/\(name)” of shape \(tensor.shape)")
                }
                sources.append(try found.to(device: tensor.device))
            }
            try tensors.inPlaceCopy(sources)
        }
        for count in counts { try count.inPlaceCopy(Tensor([Float(steps)], [])) }
        self.steps = steps
        try withoutGradients { () throws(TensorError) in try working.inPlaceCopy(masters) }
    }
}
