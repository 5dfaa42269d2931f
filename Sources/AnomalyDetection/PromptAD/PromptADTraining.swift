package import ClipModels
package import Detectors
import NeuralNet
package import TensorCore

/// Learns the prompts of one object for one kind of scores.
///
/// *Source*: Li et al. 2024 and its released code: stochastic gradient descent with momentum 0.9 and decay 5e-4, the
/// rate falling along a cosine; all normals in every step.
package final class PromptADTraining {
    private let settings: PromptADSettings
    private let features: Tensor
    private let checkpoint: TrainingCheckpoint?
    private let prompts: LearnedPrompts
    private let descent: SGD
    private var losses: [Double] = []

    private static let momentum = 0.9
    private static let decay = 5e-4
    /// The rate at the end.
    private static let least = 1e-5
    /// Of the vectors' start.
    private static let spread = 0.02

    /// - Parameters:
    ///   - features: of the normals, of length 1, `[n, C]`.
    ///   - contexts: how many there are.
    ///   - generator: draws the vectors' start, contexts first.
    ///   - checkpoints: a folder, and everything that the result depends on; nil: none is written.
    package init(
        _ clip: CLIPModel, _ settings: PromptADSettings, name: String, features: Tensor, contexts count: Int,
        generator: Generator, checkpoints: (folder: String, asked: String)? = nil
    ) throws {
        (self.settings, self.features) = (settings, features)
        checkpoint = checkpoints.map { TrainingCheckpoint(folder: $0.folder, asked: $0.asked) }
        let width = clip.configuration.text.shape.width
        func drawn(_ shape: [Int]) throws(TensorError) -> Tensor {
            try (Tensor.randn(shape, generator: generator) * Self.spread).to(device: clip.device)
        }
        let contexts = try drawn([count, settings.context, width]), words = try drawn([settings.words, 1, width])
        prompts = try LearnedPrompts(clip, name: name, contexts: contexts, words: words)
        descent = try SGD(
            [("contexts", contexts), ("words", words)], learningRate: settings.learningRate, momentum: Self.momentum,
            decay: Self.decay)
        for (_, tensor) in descent.parameters { try tensor.requiringGrad() }
    }

    /// The anchors of good and damaged objects, `[2, C]`, and the loss of each step.
    ///
    /// - Throws: `DetectionError.notFinite`; `TensorError`; whatever `report.progress` throws.
    package func run(report: WorkReport = WorkReport(), note: String = "steps") throws -> (
        anchors: Tensor, losses: [Double]
    ) {
        try resume(report)
        let schedule = CosineSchedule(base: settings.learningRate, steps: settings.epochs, minimum: Self.least)
        let every = max(1, settings.epochs / 20), tensors = descent.parameters.map(\.tensor)
        while losses.count < settings.epochs {
            descent.learningRate = schedule.rate(at: losses.count)
            let (loss, gradients) = try withGradients {
                let loss = try prompts.vectors().loss(features, scale: settings.scale, matching: settings.matching)
                return (try loss.item(), try TensorCore.gradients(of: loss, withRespectTo: tensors))
            }
            guard loss.isFinite else { throw DetectionError.notFinite(epoch: losses.count + 1, step: 1) }
            try descent.step(gradients)
            losses.append(loss)
            if losses.count % every == 0 { try write() }
            try report.progress(losses.count, settings.epochs, note)
        }
        return (try withoutGradients { try prompts.vectors().anchors }, losses)
    }

    // MARK: - Resuming

    private func resume(_ report: WorkReport) throws {
        switch checkpoint?.read() {
        case nil, .some(.none): return
        case .unusable(let reason): report.notice("the checkpoint is not used: \(reason); training starts anew")
        case .some(.some(let state)):
            try descent.restore(state.tensors(behind: "velocity."))
            try withoutGradients {
                for (name, tensor) in descent.parameters { try tensor.inPlaceCopy(state.tensor("weight.\(name)")) }
            }
            losses = try state.tensor("losses").doubles()
            report.notice("training resumes after step \(losses.count)")
        }
    }

    private func write() throws {
        guard let checkpoint else { return }
        var tensors = ["losses": try Tensor(losses)]
        for (name, tensor) in descent.parameters {
            tensors["weight.\(name)"] = try tensor.detach().to(device: .cpu)
        }
        for (name, tensor) in try descent.state() { tensors["velocity.\(name)"] = try tensor.to(device: .cpu) }
        try checkpoint.write(tensors)
    }
}
