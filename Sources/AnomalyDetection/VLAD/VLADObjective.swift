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
    package var recipe: AdapterRecipe

    package init(_ settings: VLADSettings, _ recipe: AdapterRecipe = .vlad) {
        (omega, beta, supervision) = (settings.omega, settings.beta, settings.supervision)
        self.recipe = recipe
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
        let labels = recipe == .vlad ? labels : try Self.binary(labels)
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
            let grown = try scores.upsampling(stage)
            let (overlap, predicted) = (try (seen * abnormal).sum(1, 2), try (area * abnormal).sum(1, 2))
            switch recipe {
            case .vlad:
                crossEntropy.append(try Self.crossEntropy(grown, truth: truth))
                dice.append(try adaptedDice(overlap: overlap, predicted: predicted, labelled: labelled))
            case .aprilGAN:
                crossEntropy.append(try Self.focal(pixels: grown, truth: truth))
                dice.append(try 1 - Self.dice(overlap: overlap, predicted: predicted, labelled: labelled).mean())
            }
        }
        let focal = try Self.focal(scores.image, anomalous: anomalous)
        // The ancestor adds its stages up.
        let stages = recipe == .vlad ? 1 : Double(scores.stages.count)
        let entropy = try Tensor.stack(crossEntropy, 0).mean() * stages
        let overlap = try Tensor.stack(dice, 0).mean() * stages
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
        let dice = try Self.dice(overlap: overlap, predicted: predicted, labelled: labelled)
        return try (beta / (dice + beta)).mean()
    }

    private static func dice(overlap: Tensor, predicted: Tensor, labelled: Tensor) throws(TensorError) -> Tensor {
        try (overlap * 2 + 1) / (labelled + predicted + 1)
    }

    // MARK: - The ancestor's losses

    /// 1 where a soft label reaches half of its picture's largest value, else 0, `[B, size, size]`: the ancestor's
    /// labels are masks.
    package static func binary(_ labels: Tensor) throws(TensorError) -> Tensor {
        let largest = try labels.flatten(1, 2).amax(1).reshape([-1, 1, 1])
        return try ((labels .>= largest / 2) .& (labels .> 0)).to(.float32)
    }

    /// −(1 − p)^γ log p, p the probability of the pixel's class, mean over pixels.
    ///
    /// *Source*: Lin et al. 2017, as the released code has it: hard labels are softened by 1e-5 and p raised by as
    /// much.
    /// - Parameters: as ``crossEntropy(_:truth:)``; `truth` 0 or 1.
    package static func focal(pixels probabilities: Tensor, truth: Tensor) throws(TensorError) -> Tensor {
        let p = try (truth.clamp(min: smooth, max: 1 - smooth) * probabilities).sum(1) + smooth
        return try -((1 - p).pow(gamma) * p.log()).mean()
    }

    private static let smooth = 1e-5
}
