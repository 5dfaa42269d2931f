package import DiffusionModels
import Generators
package import TensorCore

/// The result of one evaluation for one picture.
package struct Evaluation {
    /// n, cells of s above its mean.
    package let n: Int
    /// max(s ⊙ m₁₆)
    package let largest: Double
    /// L = 1 − max(s ⊙ m₁₆), or what the settings put in its place
    package let loss: Double
    /// ∇_z L, `[1, C, h, w]` float32; nil where it wasn't needed.
    package let gradient: Tensor?
}

/// How much the anomaly words are attended to inside the foreground, as a loss of the latent.
package struct AttentionObjective {
    let unet: UNet2DConditionModel
    /// Keys and values of the prompt, for one picture.
    package let prompt: PromptContext
    package let map: AttentionMap
    /// m₁₆, `[1, 16, 16]` float32.
    let mask: Tensor
    let objective: CUTSettings.Guidance.Objective
    /// Whether the backward pass runs blocks again instead of keeping all activations: less memory, half a forward pass
    /// more.
    package var isCheckpointed = false

    /// One conditional pass for each latent, no further than the last layer that L depends on.
    ///
    /// The pictures are independent of each other, so the gradient of the sum of their losses holds each picture's own
    /// gradient.
    /// - Source: paper Eq. 4, left half; n of section 4.1.
    /// - Parameters:
    ///   - latents: `[1, C, h, w]` each, float32.
    ///   - isNeeded: takes a picture's n and returns whether its gradient is needed. If no picture needs one, the
    ///     backward pass is left out, which is more than half of the work.
    package func evaluate(_ latents: [Tensor], timestep: Int, gradient isNeeded: (Int) -> Bool = { _ in true }) throws
        -> [Evaluation]
    {
        try withGradients {
            let z = try Tensor.cat(latents).detach()
            let pass = isCheckpointed ? try unet.checkpointedAttention(z, timestep: timestep, context: prompt) : nil
            let start = try pass?.attention.detach().requiringGrad() ?? z.requiringGrad()
            let s = try map(pass == nil ? unet.attention(z, timestep: timestep, context: prompt) : start)
            let largest = try (s * mask).amax(1, 2)
            let loss =
                switch objective {
                case .attention: try 1 - largest  // Eq. 4
                // Avoids ln 0. Where attention is 0 everywhere, the gradient is 0 with or without the bound.
                case .logarithm: try largest.clamp(min: 1e-12).log() * -1
                }
            let n = try (s .> s.mean(1, 2, keepDim: true)).to(.int64).sum(1, 2).ints()
            var gradients: [Tensor]?
            if n.contains(where: isNeeded) {
                let ofStart = try gradient(of: loss.sum(), withRespectTo: start)
                gradients = try (pass?.latentGradient(ofStart) ?? ofStart).chunk(latents.count)
            }
            let (largestValues, losses) = (try largest.detach().doubles(), try loss.detach().doubles())
            return latents.indices.map { k in
                Evaluation(
                    n: n[k], largest: largestValues[k], loss: losses[k], gradient: isNeeded(n[k]) ? gradients?[k] : nil)
            }
        }
    }
}
