package import DiffusionModels
import TensorCore

/// One group of pictures through the whole denoising loop.
///
/// - Source: paper section 4.1. Deviations from the authors' released code, which does not implement Eq. 4's mask nor Eq. 5: DDIM in
///   place of PNDM (that one ignores the first optimised latent when it starts in the middle), and no blending with the normal latent
///   unless it is asked for (`LocalBlend`).
package struct CUTRun {
    let settings: CUTSettings
    package let steps: DDIM
    package let guidance: AttentionGuidance
    let freeGuidance: ClassifierFreeGuidance
    /// Nil: the whole picture is denoised anew, as in the paper.
    let blend: LocalBlend?
    /// Whether the map of every step is kept, not the last alone.
    let keepsMaps: Bool
    /// Steps whose predicted z₀ is kept, to be looked at.
    let picturedSteps: Set<Int>
    let observer: ((NetworkPass) -> Void)?

    /// ε of one picture: float32 standard normal of LibTorch's CPU generator, whatever the device.
    static func noise(seed: UInt32, shape: [Int], device: Device) throws -> Tensor {
        try Tensor.randn(shape, generator: Generator(seed: seed)).to(device: device)
    }

    /// Denoises the pictures from where they stand to z at the end. A picture whose numbers aren't finite any more gets its `failure`
    /// and is left behind; the others go on.
    /// - Parameter progress: called after each step with the number of pictures that took it.
    package func denoise(_ samples: inout [GuidedSample], progress: (DDIMStep, Int) -> Void) throws {
        for step in steps {
            if settings.attention {
                try guidance.optimise(&samples, at: step)  // Eq. 4, Eq. 5
            } else {
                for k in samples.indices { samples[k].guidance.beginStep() }
            }

            let alive = samples.indices.filter { samples[$0].failure == nil }
            guard !alive.isEmpty else { return }
            observer?(NetworkPass(kind: .guided, step: step.index, seeds: alive.map { samples[$0].seed }))
            let predicted = try freeGuidance.predict(alive.map { samples[$0].latent }, timestep: step.timestep)

            for (k, (noise, map)) in zip(alive, predicted) {
                if picturedSteps.contains(step.index) {
                    samples[k].pictured[step.index] = (try step.clean(samples[k].latent, noise: noise), map)
                }
                samples[k].latent = try step.previous(samples[k].latent, noise: noise)
                if let blend { samples[k].latent = try blend(samples[k].latent, map: map, noise: samples[k].noise, after: step) }
                samples[k].maps = keepsMaps ? samples[k].maps + [map] : [map]
                if try !samples[k].latent.allFinite {
                    samples[k].fail(step: step.index, timestep: step.timestep, "the latent is not finite after the guided pass")
                } else if try !map.allFinite {
                    samples[k].fail(step: step.index, timestep: step.timestep, "the attention map is not finite")
                }
            }
            progress(step, samples.count)
        }
    }
}
