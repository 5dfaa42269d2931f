/// How much of the signal remains at each training timestep.
///
/// Notation: β_t variance added at step t; α_t = 1 − β_t; ᾱ_t = Π_{s≤t} α_s, so that z_t = √ᾱ_t z₀ + √(1−ᾱ_t) ε.
/// - Source: Ho et al. 2020, equation 4; float32 throughout, with the rounding of torch (products accumulated in
///   double).
package struct NoiseSchedule: Sendable, Equatable {
    /// ᾱ_t for t = 0 … N−1, float32.
    package let alphaBars: [Float]

    package init(_ configuration: SchedulerConfiguration) {
        let (start, end) = (configuration.betaStart, configuration.betaEnd)
        let betas: [Float] =
            switch configuration.betaSchedule {
            case .linear:
                Self.evenlySpaced(Float(start), Float(end), count: configuration.numTrainTimesteps)
            case .scaledLinear:
                Self.evenlySpaced(
                    Float(start.squareRoot()), Float(end.squareRoot()), count: configuration.numTrainTimesteps
                )
                .map { $0 * $0 }
            }
        var product = 1.0
        alphaBars = betas.map { beta in
            product *= Double(1 - beta)
            return Float(product)
        }
    }

    /// `count` values from `start` to `end`, counted from the nearer end and rounded once each, as torch's `linspace`
    /// does.
    private static func evenlySpaced(_ start: Float, _ end: Float, count: Int) -> [Float] {
        let step = (end - start) / Float(count - 1)
        return (0..<count).map { i in
            i < count / 2 ? start.addingProduct(step, Float(i)) : end.addingProduct(-step, Float(count - 1 - i))
        }
    }

    /// √ᾱ_t, the share of the picture at timestep t.
    package func signal(at timestep: Int) -> Float { alphaBars[timestep].squareRoot() }

    /// √(1−ᾱ_t), the share of the noise at timestep t.
    package func noise(at timestep: Int) -> Float { (1 - alphaBars[timestep]).squareRoot() }
}
