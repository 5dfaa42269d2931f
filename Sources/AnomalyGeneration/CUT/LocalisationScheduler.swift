package import Generators

/// Decides from how localised the attention is how far an update goes, when it is repeated, and when guidance ends.
///
/// Notation: i denoising step, 0 … S−1; S number of steps run; T steps of the whole grid; n cells of s above its mean;
/// n₀ the n of the run's very first evaluation; λ strength.
/// - Source: paper Eq. 5, section 4.1 and A.1. t of Eq. 5 is read as the steps that remain, S−i, so that the speed
///   falls as the text says, and Δt as 1/T (A.1).
package struct LocalisationScheduler: Sendable {
    let settings: CUTSettings
    /// S
    let stepCount: Int

    package init(settings: CUTSettings, stepCount: Int) { (self.settings, self.stepCount) = (settings, stepCount) }

    /// α(n) = λ · (1 + (S−i)/T) · n/n₀
    package func stepSize(step i: Int, n: Int, n0: Int) -> Double {
        let speed = settings.guidance.strength * (1 + Double(stepCount - i) / Double(settings.steps))
        return settings.guidance.localisation ? speed * (Double(n) / Double(n0)) : speed  // Eq. 5
    }

    /// Whether guidance has a part in this step.
    package func guides(step i: Int) -> Bool { Double(i) < settings.guidance.until * Double(stepCount) }

    /// Whether guidance stops, for the rest of the run, at this step's first evaluation.
    package func stops(step i: Int, n: Int) -> Bool {
        settings.guidance.earlyStop && i >= settings.guidance.stopAfter && settings.guidance.stopWindow[0] < n
            && n < settings.guidance.stopWindow[1]
    }

    /// What max(s ⊙ m₁₆) has to reach at this step; nil where one update is enough. If several refinements fall on the
    /// same step, the highest threshold counts.
    package func threshold(step i: Int) -> Double? {
        zip(settings.guidance.places, settings.guidance.thresholds).filter { $0.0 == i }.map(\.1).max()
    }
}
