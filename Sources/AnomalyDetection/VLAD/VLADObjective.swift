package import Detectors
package import TensorCore

/// What the adapters are trained for: focal loss on the image score, cross-entropy and adapted Dice on the maps.
///
/// *Source*: paper equation 7: L = L_focal + omega · (L_BCE + L_Dice). The pixel losses are taken per stage and
/// averaged over the stages: the sum over stages of the paper's equation 8 leaves [0, 1], where neither loss is
/// defined.
package struct VLADObjective: Sendable, Equatable {
    package var omega: Double
    package var beta: Double
    package var supervision: VLADSettings.Supervision

    package init(_ settings: VLADSettings) {
        (omega, beta, supervision) = (settings.omega, settings.beta, settings.supervision)
    }

    /// The parts and the whole, each one number.
    package struct Losses {
        package let focal, crossEntropy, dice, total: Tensor
    }

    /// Of the focal loss. *Source*: Lin et al. 2017; both ancestors' values. Its other constant is α = 1, so it doesn't
    /// appear.
    static let gamma = 2.0

    /// Smaller probabilities are raised to this value before the logarithm, which would be infinite at 0. Float32 holds
    /// the value and its inverse.
    static let smallest = 1e-30

    /// - Parameters:
    ///   - labels: soft, 0…1, `[B, size, size]`, the size that the scores are upsampled to.
    ///   - anomalous: 1 or 0, `[B]`.
    package func losses(_ scores: VisionLanguageScores, labels: Tensor, anomalous: Tensor) throws(TensorError) -> Losses
    {
        var crossEntropy: [Tensor] = []
        var dice: [Tensor] = []
        let truth = try Tensor.stack([1 - labels, labels], 1)  // [B, 2, size, size]
        let labelled = try labels.sum(1, 2)
        // Dice needs only sums over pixels, which are computed on the patch grid.
        let (seen, area) = (
            try scores.upsampling.adjoint(labels), try scores.upsampling.adjoint(labels.zerosLike() + 1)
        )
        for stage in scores.stages {
            let abnormal = try stage.select(1, 1)
            crossEntropy.append(try Self.crossEntropy(scores.upsampling(stage), truth: truth))
            dice.append(
                try adaptedDice(
                    overlap: (seen * abnormal).sum(1, 2), predicted: (area * abnormal).sum(1, 2), labelled: labelled))
        }
        let focal = try Self.focal(scores.image, anomalous: anomalous)
        let entropy = try Tensor.stack(crossEntropy, 0).mean()
        let overlap = try Tensor.stack(dice, 0).mean()
        let total =
            switch supervision {
            case .image: focal
            case .pixel: try (entropy + overlap) * omega
            case .both: try focal + (entropy + overlap) * omega
            }
        return Losses(focal: focal, crossEntropy: entropy, dice: overlap, total: total)
    }

    /// −(1 − p)^γ log p, p the probability of the picture's true class, mean over the batch.
    ///
    /// - Parameter probabilities: of normal and abnormal, `[B, 2]`.
    package static func focal(_ probabilities: Tensor, anomalous: Tensor) throws(TensorError) -> Tensor {
        let truth = try Tensor.stack([1 - anomalous, anomalous], 1)
        let right = try (probabilities * truth).sum(1)
        return try ((1 - right).pow(gamma) * -right.clamp(min: smallest).log()).mean()
    }

    /// −(y log p + (1 − y) log(1 − p)), mean over pixels.
    ///
    /// The normal part of the softmax stands for 1 − p: float32 rounds 1 − p to 0 long before the normal part is 0,
    /// which would make the gradient 0 for exactly the most wrong pixels.
    ///
    /// - Parameters:
    ///   - probabilities: of normal and abnormal, `[B, 2, size, size]`.
    ///   - truth: 1 − y and y, of the same shape.
    package static func crossEntropy(_ probabilities: Tensor, truth: Tensor) throws(TensorError) -> Tensor {
        // Two terms a pixel.
        try (truth * probabilities.clamp(min: smallest).log()).mean() * -2
    }

    /// β / (D + β) with D = (2 Σ y p + 1) / (Σ y + Σ p + 1), sums per picture, mean over the batch.
    ///
    /// *Source*: paper equation 6; 1 − D / (D + β) is the same.
    /// - Parameters:
    ///   - overlap: Σ y p, `[B]`.
    ///   - predicted: Σ p.
    ///   - labelled: Σ y.
    package func adaptedDice(overlap: Tensor, predicted: Tensor, labelled: Tensor) throws(TensorError) -> Tensor {
        let dice = try (overlap * 2 + 1) / (labelled + predicted + 1)
        return try (beta / (dice + beta)).mean()
    }
}
