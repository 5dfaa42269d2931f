import Foundation
package import TensorCore

/// One step of a sampler, from timestep t to the one before it.
package struct SamplingStep: Sendable, Equatable {
    package enum Rule: Sendable, Equatable {
        case ddim
        /// Of `Sampler.pndm`: the second timestep for the first time. Its prediction corrects the step before; z stays
        /// at this timestep.
        case correction
        /// Of `Sampler.pndm`.
        case multistep
        /// Of `Sampler.dpmSolver`: 1 or 2.
        case solver(order: Int)
    }

    /// i, counted from 0 at the first timestep that is run.
    package let index: Int
    /// t, the network's timestep.
    package let timestep: Int
    /// ᾱ_t, and ᾱ of the timestep that the step leads to, float32.
    package let alphaBar: Float
    package let previousAlphaBar: Float
    package let rule: Rule

    /// Whether a change of z at this step lasts. It doesn't in a correction, which goes back to where the step before
    /// began.
    package var lasts: Bool { rule != .correction }
}

/// What multistep samplers keep from earlier steps of one picture.
package struct SamplingHistory {
    /// The last predictions, newest first, at most four (PNDM).
    fileprivate var noises: [Tensor] = []
    /// z before the first step, and its ᾱ (PNDM).
    fileprivate var start: (z: Tensor, alphaBar: Float)?
    /// z₀ as predicted in the step before, and the half log-SNR there (DPM-Solver++).
    fileprivate var clean: (z0: Tensor, logSNR: Double)?

    package init() {}
}

extension SamplingGrid {
    /// z_t = √ᾱ_t z₀ + √(1−ᾱ_t) ε at the first timestep of this run, float32.
    ///
    /// - Source: Ho et al. 2020, equation 4; the paper's section 4.1.
    package func start(from z0: Tensor, noise: Tensor) throws(TensorError) -> Tensor {
        guard let first = steps.first else { return z0 }
        return try first.alphaBar.squareRoot() * z0 + (1 - first.alphaBar).squareRoot() * noise
    }
}

extension SamplingStep {
    /// z₀ according to the predicted noise: the picture that the network sees in z.
    package func clean(_ z: Tensor, noise: Tensor) throws(TensorError) -> Tensor {
        try Self.clean(z, noise: noise, alphaBar)
    }

    /// z after the step, from z and the noise predicted in it, float32.
    package func previous(_ z: Tensor, noise: Tensor, _ history: inout SamplingHistory) throws(TensorError) -> Tensor {
        switch rule {
        case .ddim: return try Self.move(z, noise: noise, from: alphaBar, to: previousAlphaBar)
        case .correction: return try correct(noise, &history)
        case .multistep: return try multistep(z, noise: noise, &history)
        case .solver(let order): return try solve(z, noise: noise, order: order, &history)
        }
    }

    private static func clean(_ z: Tensor, noise: Tensor, _ alphaBar: Float) throws(TensorError) -> Tensor {
        try (z - (1 - alphaBar).squareRoot() * noise) / alphaBar.squareRoot()
    }

    /// - Source: Song et al. 2021, equation 12 with σ = 0; Liu et al. 2022, equation 11, is the same.
    private static func move(_ z: Tensor, noise: Tensor, from: Float, to: Float) throws(TensorError) -> Tensor {
        let z0 = try clean(z, noise: noise, from)
        return try to.squareRoot() * z0 + (1 - to).squareRoot() * noise
    }

    // MARK: - PNDM

    /// - Source: Liu et al. 2022, equation 12 and, while fewer predictions are known, the Adams-Bashforth rules of
    ///   lower order; the start as in diffusers 0.42 `PNDMScheduler.step_plms`.
    private func multistep(_ z: Tensor, noise: Tensor, _ history: inout SamplingHistory) throws(TensorError) -> Tensor {
        if history.start == nil { history.start = (z, alphaBar) }
        history.noises = [noise] + history.noises.prefix(3)
        let e = history.noises
        let combined: Tensor =
            switch e.count {
            case 1: noise
            case 2: try (3 * e[0] - e[1]) / 2
            case 3: try (23 * e[0] - 16 * e[1] + 5 * e[2]) / 12
            default: try (55 * e[0] - 59 * e[1] + 37 * e[2] - 9 * e[3]) / 24
            }
        return try Self.move(z, noise: combined, from: alphaBar, to: previousAlphaBar)
    }

    /// The first step once more, with the mean of the predictions at its two ends.
    private func correct(_ noise: Tensor, _ history: inout SamplingHistory) throws(TensorError) -> Tensor {
        guard let start = history.start, let first = history.noises.first else {
            throw TensorError(.failed, "internal: nothing to correct before the first step")
        }
        return try Self.move(start.z, noise: (noise + first) / 2, from: start.alphaBar, to: previousAlphaBar)
    }

    // MARK: - DPM-Solver++

    /// - Source: Lu et al. 2022 (DPM-Solver++), algorithm 2 with r₁ = 1/2 (2M); λ = ln √(ᾱ/(1−ᾱ)).
    private func solve(_ z: Tensor, noise: Tensor, order: Int, _ history: inout SamplingHistory) throws(TensorError)
        -> Tensor
    {
        let z0 = try clean(z, noise: noise)
        let (here, there) = (Self.logSNR(alphaBar), Self.logSNR(previousAlphaBar))
        let h = there - here
        var data = z0
        if order == 2, let before = history.clean {
            let r = (here - before.logSNR) / h
            data = try z0 + (z0 - before.z0) / (2 * r)
        }
        history.clean = (z0, here)
        let (from, to) = (Double(alphaBar), Double(previousAlphaBar))
        return try ((1 - to) / (1 - from)).squareRoot() * z - (to.squareRoot() * expm1(-h)) * data
    }

    private static func logSNR(_ alphaBar: Float) -> Double { log(Double(alphaBar) / (1 - Double(alphaBar))) / 2 }
}
