package import ParameterKit

/// How the attention guidance of one picture went, from its unit's record: values per denoising step, up to the step at
/// which guidance stopped.
package struct GuidanceTrace: Sendable, Equatable {
    /// Attention cells above their mean.
    package var n: [Double]
    package var loss: [Double]
    /// Step size α; one entry less than `n` where guidance stopped early, because nothing was updated there.
    package var alpha: [Double]
    /// The step at which guidance stopped early; nil: it went on to the end.
    package var stoppedAt: Int?

    package init(n: [Double], loss: [Double], alpha: [Double], stoppedAt: Int? = nil) {
        (self.n, self.loss, self.alpha, self.stoppedAt) = (n, loss, alpha, stoppedAt)
    }

    /// - Returns: nil where the method leaves no such trace, or nothing was guided.
    package init?(record: JSONValue) {
        func series(_ name: String) -> [Double]? {
            guard let items = record["trace"]?[name]?.array else { return nil }
            let numbers = items.compactMap(\.number)
            return numbers.count == items.count && numbers.allSatisfy(\.isFinite) ? numbers : nil
        }
        guard let n = series("n"), let loss = series("loss"), let alpha = series("alpha"),
            n.contains(where: { $0 != 0 }), loss.count == n.count, alpha.count == n.count
        else { return nil }
        stoppedAt = record["stopped_at"]?.int.flatMap { n.indices.contains($0) ? $0 : nil }
        let count = stoppedAt.map { $0 + 1 } ?? n.count
        (self.n, self.loss) = (Array(n.prefix(count)), Array(loss.prefix(count)))
        self.alpha = Array(alpha.prefix(stoppedAt ?? n.count))
    }

    /// One line for the picture's facts.
    package var summary: String {
        func change(_ values: [Double]) -> String {
            guard let first = values.first, let last = values.last else { return "–" }
            return "\(PlainNumber.short(first)) → \(PlainNumber.short(last))"
        }
        let end = stoppedAt.map { "stopped at step \($0)" } ?? "to the last step"
        return "\(end) · n \(change(n)) · loss \(change(loss)) · α \(change(alpha))"
    }

    /// The median of each step over the traces that reach it, as far as half of them do.
    package static func median(_ lines: [[Double]]) -> [Double] {
        let lengths = lines.map(\.count).sorted()
        return (0..<(lengths.isEmpty ? 0 : lengths[lengths.count / 2])).map { step in
            let sorted = lines.compactMap { step < $0.count ? $0[step] : nil }.sorted()
            let middle = sorted.count / 2
            return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
        }
    }
}
