package import DiffusionModels
import Generators
import TensorCore

/// Mask-guided attention optimisation of a group's latents, before each guided pass.
///
/// Every picture has its own n₀, refinements and stop. A picture that stopped, reached its threshold or failed takes no
/// part in further evaluations.
/// - Source: paper section 4.1, Eq. 4 and 5.
package struct AttentionGuidance {
    package var objective: AttentionObjective
    let scheduler: LocalisationScheduler
    /// m_z, `[1, 1, h, w]` float32.
    let mask: Tensor
    let observer: NetworkPass.Observer?

    /// Updates the latents of all pictures that are still guided.
    ///
    /// - Parameter progress: called after each evaluation with the current state of the pictures.
    package func optimise(
        _ samples: inout [GuidedSample], at step: SamplingStep, progress: ([GuidedSample]) -> Void = { _ in }
    ) throws {
        for k in samples.indices { samples[k].guidance.beginStep() }
        guard scheduler.guides(step: step.index) else { return }
        var guided = samples.indices.filter { samples[$0].isGuided }
        // Pictures that stop here need no gradient.
        var evaluations = try evaluate(guided, &samples, step) { n in !scheduler.stops(step: step.index, n: n) }
        progress(samples)
        guided = guided.filter { evaluations[$0] != nil }

        // Early stop, for the rest of the run
        for k in guided {
            if let n = evaluations[k]?.n, scheduler.stops(step: step.index, n: n) {
                samples[k].guidance.stoppedAt = step.index
            }
        }
        guided = guided.filter { samples[$0].isGuided }

        // Refinement: repeats the update until the attention to the words reaches the threshold
        if let threshold = scheduler.threshold(step: step.index) {
            for _ in 0..<scheduler.settings.guidance.refinements {
                let refined = guided.filter { k in evaluations[k].map { $0.largest < threshold } ?? false }
                if refined.isEmpty { break }
                for k in refined { try update(&samples[k], evaluations[k], step) }
                for k in refined { samples[k].guidance.refine() }
                let again = try evaluate(refined, &samples, step)
                progress(samples)
                for k in refined { evaluations[k] = again[k] }
                guided = guided.filter { samples[$0].isGuided }
            }
        }

        // The step's own update
        for k in guided { samples[k].guidance.setStepSize(try update(&samples[k], evaluations[k], step)) }
    }

    /// z ← z − α(n) · ∇L ⊙ m_z; returns α(n).
    @discardableResult
    private func update(_ sample: inout GuidedSample, _ evaluation: Evaluation?, _ step: SamplingStep) throws -> Double
    {
        guard let evaluation, let n0 = sample.n0 else { return 0 }
        guard let gradient = evaluation.gradient else {
            preconditionFailure("a picture that goes on was evaluated without its gradient")
        }
        let alpha = scheduler.stepSize(step: step.index, n: evaluation.n, n0: n0)  // Eq. 5
        sample.latent = try sample.latent - alpha * gradient * mask  // Eq. 4
        return alpha
    }

    /// Evaluates the pictures at these indices as one batch. Pictures without a finite result are marked as failed and
    /// missing from the returned evaluations.
    private func evaluate(
        _ places: [Int], _ samples: inout [GuidedSample], _ step: SamplingStep,
        gradient isNeeded: (Int) -> Bool = { _ in true }
    ) throws -> [Int: Evaluation] {
        guard !places.isEmpty else { return [:] }
        try observer?(
            NetworkPass(
                kind: .evaluation, step: step.index, seeds: places.map { samples[$0].seed },
                isCheckpointed: objective.isCheckpointed))
        var kept: [Int: Evaluation] = [:]
        let all = try objective.evaluate(places.map { samples[$0].latent }, timestep: step.timestep, gradient: isNeeded)
        for (k, evaluation) in zip(places, all) {
            samples[k].passes += 1
            samples[k].guidance.record(evaluation)
            if samples[k].n0 == nil { samples[k].n0 = evaluation.n }
            if !evaluation.loss.isFinite {
                samples[k].fail(step: step.index, timestep: step.timestep, "the attention loss is not finite")
            } else if let gradient = evaluation.gradient, try !gradient.allFinite {
                samples[k].fail(
                    step: step.index, timestep: step.timestep, "the gradient of the attention loss is not finite")
            } else if samples[k].n0 == 0 {
                samples[k].fail(
                    step: step.index, timestep: step.timestep,
                    "no cell of the attention map lies above its mean (n₀ = 0), so Eq. 5 has no scale")
            } else {
                kept[k] = evaluation
            }
        }
        return kept
    }
}

extension GuidanceRecord {
    /// Starts a step with zeros, which remain if nothing is evaluated.
    mutating func beginStep() {
        loss.append(0)
        stepSize.append(0)
        n.append(0)
        refinements.append(0)
    }

    /// A loss that isn't finite ends the picture. It is stated in the picture's failure and not recorded here.
    mutating func record(_ evaluation: Evaluation) {
        evaluations += 1
        guard evaluation.loss.isFinite else { return }
        loss[loss.count - 1] = evaluation.loss
        n[n.count - 1] = evaluation.n
    }

    mutating func refine() { refinements[refinements.count - 1] += 1 }

    mutating func setStepSize(_ alpha: Double) { stepSize[stepSize.count - 1] = alpha }
}
