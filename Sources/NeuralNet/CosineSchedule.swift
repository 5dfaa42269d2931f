import Foundation

/// A learning rate that falls from `base` to `minimum` along half a cosine.
///
/// *Source*: Loshchilov and Hutter, SGDR (2017), equation 5, without restarts;
/// `torch.optim.lr_scheduler.CosineAnnealingLR` in closed form.
package struct CosineSchedule: Sendable, Equatable {
    package var base: Double
    package var minimum: Double
    package var steps: Int

    package init(base: Double, steps: Int, minimum: Double = 0) {
        (self.base, self.minimum, self.steps) = (base, minimum, steps)
    }

    /// The rate of update `step`, counted from 0; `minimum` from `steps` on.
    package func rate(at step: Int) -> Double {
        guard step < steps else { return minimum }
        return minimum + (base - minimum) * (1 + cos(Double.pi * Double(step) / Double(steps))) / 2
    }
}

/// `base` to the power of a count.
func power(_ base: Double, _ exponent: Int) -> Double { pow(base, Double(exponent)) }
