package import TensorCore

extension SamplingStep {
    /// β̃, the variance of the fresh noise that ancestral sampling adds in this step: the smaller of DDPM's two bounds.
    ///
    /// - Source: Ho et al. 2020, equation 7, over a stride; Song et al. 2021, equation 16 with η = 1.
    package var ancestralVariance: Float {
        max(0, (1 - previousAlphaBar) / (1 - alphaBar) * (1 - alphaBar / previousAlphaBar))
    }

    /// z after the step in which part of the predicted noise is replaced by fresh noise (η = 1):
    /// √ᾱ_s ẑ₀ + √(1−ᾱ_s−β̃) ε̂ + √((1+s) β̃) n. With s = 0 this is ancestral sampling.
    ///
    /// - Source: Song et al. 2021 (DDIM), equation 12 with σ² = β̃; the inflated noise is RealNet's (Zhang et al. 2024,
    ///   equation 5).
    /// - Parameters:
    ///   - z: at this timestep, and `noise` as predicted in it, `[B, C, h, w]`.
    ///   - fresh: n, standard normal, of the same shape.
    ///   - inflation: s.
    /// - Returns: float32.
    package func ancestral(_ z: Tensor, noise: Tensor, fresh: Tensor, inflation: Double) throws(TensorError) -> Tensor {
        let variance = ancestralVariance, rest = max(0, 1 - previousAlphaBar - variance)
        let scale = ((1 + inflation) * Double(variance)).squareRoot()
        return try previousAlphaBar.squareRoot() * clean(z, noise: noise) + rest.squareRoot() * noise + scale * fresh
    }
}
