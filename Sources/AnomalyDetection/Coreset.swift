package import TensorCore

/// Chooses a few of many vectors so that every vector has a chosen one nearby: one by one, always the vector farthest
/// from those chosen before.
///
/// *Source*: Roth et al. 2022, PatchCore, algorithm 1 (greedy k-centre), with distances in a random projection to 128
/// dimensions as there. CUT's paper has no such step. It makes a bank of hundreds of normals small; `Tests/Benchmarks`
/// states what that costs.
package enum Coreset {
    private static let dimensions = 128
    /// Seed of the projection; any fixed number will do.
    private static let seed: UInt32 = 0

    /// The directions that vectors are projected on, `[dimensions, width]`.
    static func projection(width: Int, device: Device) throws(TensorError) -> Tensor {
        try (Tensor.randn([dimensions, width], generator: Generator(seed: seed)) / Double(dimensions).squareRoot()).to(
            device: device)
    }

    /// Points that are brought up to date together.
    private static let together = 512

    /// The exact greedy choice, without looking at every point each time.
    ///
    /// A point's distance to the nearest chosen one never grows, so what is known of a part of the points is a bound on
    /// all of them. Only the part with the largest bound is brought up to date, with all that was chosen since, until
    /// its bound is the true one: that point is the farthest of all.
    ///
    /// - Parameters:
    ///   - points: `[n, d]`, float32.
    ///   - count: how many to choose, 1 to n.
    ///   - start: the row that is chosen first.
    /// - Returns: their rows, in the order chosen; none twice. Of equally far ones the first is chosen.
    package static func choose(_ points: Tensor, count: Int, start: Int = 0) throws -> [Int] {
        let all = try points.size(0), lengths = try (points * points).sum(1)
        // On a graphics card reading all points is cheap and waiting for each part is not.
        let width = try points.device == .cpu ? together : all
        var parts: [Part] = []
        for first in stride(from: 0, to: all, by: width) {
            parts.append(try Part(points, lengths, first: first, count: min(width, all - first)))
        }
        var chosen = [start]
        try parts[start / width].take(start % width)
        while chosen.count < count {
            var top = 0
            for index in parts.indices where parts[index].bound > parts[top].bound { top = index }
            guard parts[top].seen < chosen.count else {
                let place = parts[top].place
                chosen.append(parts[top].first + place)
                try parts[top].take(place)
                continue
            }
            let since = try points.indexSelect(0, Array(chosen[parts[top].seen...]))
            try parts[top].update(since, lengths: (since * since).sum(1))
        }
        return chosen
    }

    /// Some of the points, and what is known of them.
    private struct Part {
        let first: Int
        /// How many of the chosen ones are accounted for.
        private(set) var seen = 0
        /// The largest of `nearest`, and its place: no point of the part is farther from all that are chosen.
        private(set) var bound = Double.infinity
        private(set) var place = 0
        private let points, lengths, rows: Tensor
        /// Squared distances to the nearest of those; −∞ for a chosen point, which rounding would leave a little away
        /// from itself: where all points are alike, it would win.
        private var nearest: Tensor

        init(_ points: Tensor, _ lengths: Tensor, first: Int, count: Int) throws(TensorError) {
            self.first = first
            self.points = try points.narrow(0, start: first, length: count)
            self.lengths = try lengths.narrow(0, start: first, length: count)
            rows = try .arange(count, device: points.device)
            nearest = try .full([count], Float.infinity, device: points.device)
        }

        /// - Parameter since: `[k, d]`, all that were chosen since the last time.
        mutating func update(_ since: Tensor, lengths own: Tensor) throws(TensorError) {
            let squares = try lengths.unsqueeze(1) - points.products(withRowsOf: since) * 2 + own
            nearest = try nearest.minimum(squares.topK(1, 1, largest: false).values.squeeze(1))
            seen += try since.size(0)
            try find()
        }

        /// A point of the part is chosen.
        mutating func take(_ row: Int) throws(TensorError) {
            let never = try Tensor.full([], -Float.infinity, device: points.device)
            nearest = try .where(rows .== row, never, nearest)
            // Nothing is known yet where nothing was compared.
            if seen > 0 { try find() }
        }

        private mutating func find() throws(TensorError) {
            place = try nearest.argmax().intItem()
            bound = try nearest.select(0, place).item()
        }
    }
}
