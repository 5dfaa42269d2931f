import Foundation

/// A sampler's run, as a sequence of steps: the caller runs the network, looks at z, changes it, stops.
///
///     var history = SamplingHistory()
///     let grid = try SamplingGrid(schedule: schedule, steps: 200)
///     for step in try grid.last(SamplingGrid.stepCount(gamma: "0.25", of: 200)) {
///         let noise = try unet(z, timestep: step.timestep, context: context)
///         z = try step.previous(z, noise: noise, &history)
///     }
///
/// Pinned: η = 0, leading spacing, offset 1, `set_alpha_to_one = false` (ᾱ_0 follows the last step), no clipping.
/// - Source: timesteps as in diffusers 0.42 `DDIMScheduler.set_timesteps`, for every sampler; the rules stand at
///   `SamplingStep`.
package struct SamplingGrid: Sequence, Sendable {
    package let sampler: Sampler
    /// The steps in the order they run, noisiest first; for `Sampler.pndm` one more than timesteps.
    package let steps: [SamplingStep]
    /// One for each timestep that is run, without repetitions.
    private let intervals: [Interval]

    /// From a timestep to the one before it.
    private struct Interval {
        let timestep: Int
        let alphaBar: Float
        let previousAlphaBar: Float
    }

    /// All steps of a grid of `steps` timesteps.
    /// - Throws: `DiffusionModelError` when the grid doesn't fit the schedule (1 … N steps, and 1 + (T−1)·(N/T) < N).
    package init(schedule: NoiseSchedule, steps count: Int, sampler: Sampler = .ddim) throws(DiffusionModelError) {
        let trained = schedule.alphaBars.count
        guard count >= 1, count <= trained, 1 + (count - 1) * (trained / count) < trained else {
            throw DiffusionModelError(
                .unusable, "\(count) steps don't fit a schedule of \(trained) timesteps; wanted is 1 to \(trained - 1)")
        }
        let ratio = trained / count
        self.init(
            sampler,
            (0..<count).map { index in
                let timestep = (count - 1 - index) * ratio + 1
                return Interval(
                    timestep: timestep, alphaBar: schedule.alphaBars[timestep],
                    previousAlphaBar: schedule.alphaBars[Swift.max(timestep - ratio, 0)])
            })
    }

    private init(_ sampler: Sampler, _ intervals: [Interval]) {
        (self.sampler, self.intervals) = (sampler, intervals)
        steps = intervals.indices.flatMap { index in
            let interval = intervals[index]
            func step(_ rule: SamplingStep.Rule, to alphaBar: Float) -> SamplingStep {
                SamplingStep(
                    index: index, timestep: interval.timestep, alphaBar: interval.alphaBar, previousAlphaBar: alphaBar,
                    rule: rule)
            }
            switch sampler {
            case .ddim: return [step(.ddim, to: interval.previousAlphaBar)]
            case .pndm:
                let multistep = step(.multistep, to: interval.previousAlphaBar)
                return index == 1 ? [step(.correction, to: interval.alphaBar), multistep] : [multistep]
            case .dpmSolver:
                // With few steps, a first-order step at the end is more stable (diffusers' `lower_order_final`).
                let isLast = index == intervals.count - 1 && intervals.count < 15
                return [step(.solver(order: index == 0 || isLast ? 1 : 2), to: interval.previousAlphaBar)]
            }
        }
    }

    /// The run over the last `count` timesteps, numbered from 0; used when z starts as a noised picture instead of pure
    /// noise.
    package func last(_ count: Int) -> SamplingGrid { SamplingGrid(sampler, intervals.suffix(count)) }

    /// S, the timesteps that are run.
    package var timestepCount: Int { intervals.count }

    package func makeIterator() -> IndexingIterator<[SamplingStep]> { steps.makeIterator() }

    /// S = γ·T rounded half up in decimal arithmetic, at least 1.
    ///
    /// - Source: paper section 4.1 (t_start = T(1−γ)); the rounding is pinned, and decimal because 0.35 · 10 is below
    ///   3.5 in binary.
    /// - Parameter gamma: decimal text in (0, 1], e.g. "0.25".
    /// - Throws: `DiffusionModelError` when `gamma` is not a decimal number in (0, 1].
    package static func stepCount(gamma: String, of steps: Int) throws(DiffusionModelError) -> Int {
        guard gamma.wholeMatch(of: /[+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,2})?/) != nil,
            let value = Decimal(string: gamma, locale: Locale(identifier: "en_US_POSIX")), value > 0, value <= 1
        else {
            throw DiffusionModelError(
                .unusable, "gamma is \"\(gamma)\"; wanted is a decimal number above 0 and at most 1")
        }
        var product = value * Decimal(steps)
        var rounded = Decimal()
        // `.plain` rounds half away from zero, which is half up for positive numbers.
        NSDecimalRound(&rounded, &product, 0, .plain)
        return Swift.max(1, NSDecimalNumber(decimal: rounded).intValue)
    }
}
