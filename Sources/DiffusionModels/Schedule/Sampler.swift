/// The rule that takes z from one timestep to the one before, using the predicted noise. All are deterministic.
package enum Sampler: String, CaseIterable, Sendable {
    /// Song et al. 2021 (DDIM), equation 12 with σ = 0. The pinned one.
    case ddim
    /// Liu et al. 2022 (PNDM), its linear multistep form: up to four predictions are combined. The second timestep is
    /// run twice, the first time to correct the first step. Stable Diffusion 1.5's own.
    case pndm
    /// Lu et al. 2022 (DPM-Solver++), second order, multistep, midpoint: few steps suffice.
    case dpmSolver = "dpmsolver"
}
