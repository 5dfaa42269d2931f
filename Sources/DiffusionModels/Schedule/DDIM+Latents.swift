package import TensorCore

extension DDIM {
    /// z_t = √ᾱ_t z₀ + √(1−ᾱ_t) ε at the first timestep of this run, float32.
    ///
    /// - Source: Ho et al. 2020, equation 4; the paper's section 4.1.
    package func start(from z0: Tensor, noise: Tensor) throws(TensorError) -> Tensor {
        guard let first = steps.first else { return z0 }
        return try first.alphaBar.squareRoot() * z0 + (1 - first.alphaBar).squareRoot() * noise
    }
}

extension DDIMStep {
    /// z₀ as the predicted noise would have it: the picture that the network sees in z.
    package func clean(_ z: Tensor, noise: Tensor) throws(TensorError) -> Tensor {
        try (z - (1 - alphaBar).squareRoot() * noise) / alphaBar.squareRoot()
    }

    /// z at the timestep before, from z and the noise predicted in it, float32.
    ///
    /// - Source: Song et al. 2021, equation 12 with σ = 0.
    package func previous(_ z: Tensor, noise: Tensor) throws(TensorError) -> Tensor {
        let z0 = try clean(z, noise: noise)
        return try previousAlphaBar.squareRoot() * z0 + (1 - previousAlphaBar).squareRoot() * noise
    }
}
