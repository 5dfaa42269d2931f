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

    /// - Parameters:
    ///   - points: `[n, d]`, float32.
    ///   - count: how many to choose, 1 to n.
    ///   - start: the row that is chosen first.
    /// - Returns: their rows, in the order chosen; none twice.
    package static func choose(_ points: Tensor, count: Int, start: Int = 0) throws -> [Int] {
        let lengths = try (points * points).sum(1)
        var chosen = [start]
        var nearest = try distances(points, lengths, to: start)
        let rows = try Tensor.arange(points.size(0), device: points.device)
        let never = try Tensor.full([], -Float.infinity, device: points.device)
        while chosen.count < count {
            // Rounding leaves chosen rows a little away from themselves; where all rows are alike, they would win.
            nearest = try .where(rows .== chosen[chosen.count - 1], never, nearest)
            let farthest = try nearest.argmax().intItem()
            chosen.append(farthest)
            nearest = try nearest.minimum(distances(points, lengths, to: farthest))
        }
        return chosen
    }

    /// Squared Euclidean distances of all points to one of them, `[n]`.
    private static func distances(_ points: Tensor, _ lengths: Tensor, to row: Int) throws(TensorError) -> Tensor {
        try lengths - points.matmul(points.select(0, row)) * 2 + lengths.select(0, row)
    }
}
