import DiffusionModels
import TensorCore

/// The predicted noise, moved from the empty prompt's prediction towards the prompt's and beyond.
///
/// - Source: Ho and Salimans 2022, with Stable Diffusion's scale (the paper names none): ε = ε_∅ + g · (ε_c − ε_∅).
final class ClassifierFreeGuidance {
    private let unet: UNet2DConditionModel
    /// Keys and values for one picture.
    private let empty: PromptContext
    private let prompt: PromptContext
    /// g
    private let scale: Double
    private let map: AttentionMap
    /// Both prompts repeated for the last number of pictures, which rarely changes from step to step.
    private var both: (count: Int, context: PromptContext)?

    init(unet: UNet2DConditionModel, empty: PromptContext, prompt: PromptContext, scale: Double, map: AttentionMap) {
        (self.unet, self.empty, self.prompt, self.scale, self.map) = (unet, empty, prompt, scale, map)
    }

    private func context(_ count: Int) throws -> PromptContext {
        if let both, both.count == count { return both.context }
        let context = try PromptContext.joined([empty.repeated(count), prompt.repeated(count)])
        both = (count, context)
        return context
    }

    /// One pass over all pictures, both halves as one batch.
    /// - Parameter latents: `[1, C, h, w]` each, float32.
    /// - Returns: for each picture the noise and ε_c − ε_∅, `[1, C, h, w]` float32, and s of the conditional half,
    ///   `[16, 16]`.
    func predict(_ latents: [Tensor], timestep: Int) throws -> [(noise: Tensor, difference: Tensor, map: Tensor)] {
        let count = latents.count
        let both = try unet.noiseAndAttention(Tensor.cat(latents), timestep: timestep, context: context(count))
        let halves = try both.noise.chunk(2)
        let difference = try halves[1] - halves[0]
        let noise = try (halves[0] + scale * difference).chunk(count)
        let differences = try difference.chunk(count)
        let maps = try map(both.attention.narrow(0, start: count, length: count))
        return try (0..<count).map { (noise[$0], differences[$0], try maps.select(0, $0)) }
    }

    /// Runs only the conditional half and reuses the difference of an earlier step: ε = ε_c + (g − 1) · (ε_c − ε_∅).
    /// This halves the cost; the difference changes little from step to step.
    /// - Parameter differences: for each picture that of its last whole pass.
    func predict(_ latents: [Tensor], differences: [Tensor?], timestep: Int) throws -> [(noise: Tensor, map: Tensor)] {
        let conditional = try unet.noiseAndAttention(Tensor.cat(latents), timestep: timestep, context: prompt)
        let noise = try conditional.noise.chunk(latents.count)
        let maps = try map(conditional.attention)
        return try latents.indices.map { k in
            (
                try differences[k].map { difference throws(TensorError) in try noise[k] + (scale - 1) * difference }
                    ?? noise[k], try maps.select(0, k)
            )
        }
    }
}
