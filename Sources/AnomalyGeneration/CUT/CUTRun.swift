package import DiffusionModels
import Generators
import TensorCore

/// One group of pictures through the whole denoising loop.
///
/// - Source: paper section 4.1. Deviations from the authors' released code, which implements neither Eq. 4's mask nor
///   Eq. 5: DDIM in place of PNDM (PNDM ignores the first optimised latent when it starts in the middle), and no
///   blending with the normal latent unless it is asked for (`LocalBlend`).
package struct CUTRun {
    let settings: CUTSettings
    package let steps: SamplingGrid
    package var guidance: AttentionGuidance
    let freeGuidance: ClassifierFreeGuidance
    /// Nil: the whole picture is denoised anew, as in the paper.
    let blend: LocalBlend?
    /// Whether the maps of all steps are kept, not only the last.
    let keepsMaps: Bool
    /// Steps whose predicted z₀ is kept for pictures of the run.
    let picturedSteps: Set<Int>
    let observer: NetworkPass.Observer?

    /// ε of one picture: float32 standard normal of LibTorch's CPU generator, whatever the device.
    static func noise(seed: UInt32, shape: [Int], device: Device) throws -> Tensor {
        try Tensor.randn(shape, generator: Generator(seed: seed)).to(device: device)
    }

    /// Denoises the pictures from their current step to the end. A picture whose numbers stop being finite has its
    /// `failure` set and is dropped; the others go on.
    /// - Parameter progress: called after each pass with the current state of the pictures.
    package func denoise(_ samples: inout [GuidedSample], progress: (SamplingStep, [GuidedSample]) -> Void) throws {
        for (number, step) in steps.enumerated() {
            // In a sampler's correcting pass, changes of z would be thrown away.
            if settings.guidance.attention, step.lasts {
                try guidance.optimise(&samples, at: step) { progress(step, $0) }  // Eq. 4, Eq. 5
            } else {
                for k in samples.indices { samples[k].guidance.beginStep() }
            }

            let alive = samples.indices.filter { samples[$0].failure == nil }
            guard !alive.isEmpty else { return }
            for (k, (noise, map)) in zip(alive, try predict(alive, &samples, step, number)) {
                if step.lasts, picturedSteps.contains(step.index) {
                    samples[k].pictured[step.index] = (
                        step.timestep, try step.clean(samples[k].latent, noise: noise), map
                    )
                }
                samples[k].latent = try step.previous(samples[k].latent, noise: noise, &samples[k].history)
                if let blend {
                    samples[k].latent = try blend(samples[k].latent, map: map, noise: samples[k].noise, after: step)
                }
                samples[k].maps = keepsMaps ? samples[k].maps + [map] : [map]
                if try !samples[k].latent.allFinite {
                    samples[k].fail(
                        step: step.index, timestep: step.timestep, "the latent is not finite after the guided pass")
                } else if try !map.allFinite {
                    samples[k].fail(step: step.index, timestep: step.timestep, "the attention map is not finite")
                }
            }
            progress(step, samples)
        }
    }

    /// The predicted noise in the latents at these indices, and s.
    private func predict(_ places: [Int], _ samples: inout [GuidedSample], _ step: SamplingStep, _ number: Int) throws
        -> [(noise: Tensor, map: Tensor)]
    {
        let latents = places.map { samples[$0].latent }, seeds = places.map { samples[$0].seed }
        if number % settings.guidanceEvery > 0 {
            try observer?(NetworkPass(kind: .conditional, step: step.index, seeds: seeds))
            for k in places { samples[k].passes += 1 }
            return try freeGuidance.predict(
                latents, differences: places.map { samples[$0].difference }, timestep: step.timestep)
        }
        try observer?(NetworkPass(kind: .guided, step: step.index, seeds: seeds))
        let predicted = try freeGuidance.predict(latents, timestep: step.timestep)
        for (k, prediction) in zip(places, predicted) {
            samples[k].passes += 2
            if settings.guidanceEvery > 1 { samples[k].difference = prediction.difference }
        }
        return predicted.map { ($0.noise, $0.map) }
    }
}
