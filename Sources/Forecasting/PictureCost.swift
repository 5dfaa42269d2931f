package import MethodKit

/// What one picture of a generator costs, by the parts that `flawsmith bench` times.
package struct PictureCost: Sendable, Equatable {
    private let work: PictureWork

    package init(_ work: PictureWork) { self.work = work }

    /// Forward passes of the network in its denoising steps: a guided one is two.
    package var passes: Int { 2 * most("guided") + most("forward") }

    /// From the fewest possible evaluations to the most.
    package var evaluations: ClosedRange<Int> { work.each["evaluation"] ?? 0...0 }

    /// The steps and the decoding of one picture.
    package func seconds(_ parts: PartSeconds) -> ClosedRange<Double> {
        let sums = work.each.reduce(into: (0.0, 0.0)) { sums, part in
            sums.0 += Double(part.value.lowerBound) * parts[part.key]
            sums.1 += Double(part.value.upperBound) * parts[part.key]
        }
        return sums.0...max(sums.0, sums.1)
    }

    /// Seconds spent once for a normal picture and its prompt.
    package func secondsOnce(_ parts: PartSeconds) -> Double {
        work.once.reduce(0) { $0 + Double($1.value) * parts[$1.key] }
    }

    private func most(_ part: String) -> Int { work.each[part]?.upperBound ?? 0 }
}
