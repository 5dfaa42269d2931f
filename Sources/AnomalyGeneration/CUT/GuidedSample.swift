import DiffusionModels
package import TensorCore

/// One picture of a group on its way from noise to result.
package struct GuidedSample {
    package let seed: UInt32
    /// ε, `[1, C, h, w]` float32.
    package let noise: Tensor
    /// Where the run began, `[1, C, h, w]` float32.
    package let start: Tensor
    /// z, `[1, C, h, w]` float32.
    package var latent: Tensor
    package var guidance = GuidanceRecord()
    /// n of the run's very first evaluation; it never changes.
    package var n0: Int?
    var history = SamplingHistory()
    /// ε_c − ε_∅ of the last whole pass, `[1, C, h, w]` float32; kept only if later passes reuse it.
    var difference: Tensor?
    /// Forward passes of the UNet so far, an evaluation counted as one.
    package var passes = 0
    /// s of the guided passes so far, `[16, 16]` each; only the last is kept unless a trace is wanted.
    package var maps: [Tensor] = []
    /// For the pictured steps: timestep, predicted z₀, `[1, C, h, w]`, and s, `[16, 16]`.
    package var pictured: [Int: (timestep: Int, clean: Tensor, map: Tensor)] = [:]
    /// If set, this picture failed and is no longer worked on.
    package var failure: GenerationError?

    init(seed: UInt32, noise: Tensor, start: Tensor) {
        (self.seed, self.noise, self.start, latent) = (seed, noise, start, start)
    }

    var isGuided: Bool { failure == nil && guidance.stoppedAt == nil }

    mutating func fail(step: Int, timestep: Int, _ what: String) {
        failure = GenerationError(.notFinite, "unit with seed \(seed), step \(step) (timestep \(timestep)): \(what)")
    }
}
