import DiffusionModels
import TensorCore

/// The predicted noise, pushed from what the empty prompt gives towards what the prompt gives.
///
/// - Source: Ho and Salimans 2022, with Stable Diffusion's scale (the paper names none): ε = ε_∅ + g · (ε_c − ε_∅).
struct ClassifierFreeGuidance {
    let unet: UNet2DConditionModel
    /// Keys and values for one picture.
    let empty: PromptContext
    let prompt: PromptContext
    /// g
    let scale: Double
    let map: AttentionMap

    /// One pass over all pictures, both halves as one batch.
    /// - Parameter latents: `[1, C, h, w]` each, float32.
    /// - Returns: for each picture the noise and ε_c − ε_∅, `[1, C, h, w]` float32, and s of the conditional half, `[16, 16]`.
    func predict(_ latents: [Tensor], timestep: Int) throws -> [(noise: Tensor, difference: Tensor, map: Tensor)] {
        let count = latents.count
        let both = try unet.noiseAndAttention(
            Tensor.cat(latents + latents), timestep: timestep,
            context: PromptContext.joined([empty.repeated(count), prompt.repeated(count)]))
        let halves = try both.noise.chunk(2)
        let difference = try halves[1] - halves[0]
        let noise = try (halves[0] + scale * difference).chunk(count)
        let differences = try difference.chunk(count)
        let maps = try map(both.attention.narrow(0, start: count, length: count))
        return try (0..<count).map { (noise[$0], differences[$0], try maps.select(0, $0)) }
    }

    /// The conditional half alone, with the difference of an earlier step: ε = ε_c + (g − 1) · (ε_c − ε_∅). Half the cost; from step to step the
    /// difference changes little.
    /// - Parameter differences: for each picture that of its last whole pass.
    func predict(_ latents: [Tensor], differences: [Tensor?], timestep: Int) throws -> [(noise: Tensor, map: Tensor)] {
        let conditional = try unet.noiseAndAttention(Tensor.cat(latents), timestep: timestep, context: prompt)
        let noise = try conditional.noise.chunk(latents.count)
        let maps = try map(conditional.attention)
        return try latents.indices.map { k in
            (try differences[k].map { difference throws(TensorError) in try noise[k] + (scale - 1) * difference } ?? noise[k], try maps.select(0, k))
        }
    }
}
