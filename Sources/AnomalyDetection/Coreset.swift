import TensorCore

/// Chooses a few of many vectors so that every vector has a chosen one nearby: one by one, always the vector farthest
/// from those chosen before.
///
/// *Source*: Roth et al. 2022, PatchCore, algorithm 1 (greedy k-centre), with distances in a random projection to 128
/// dimensions as there. CUT's paper has no such step. It makes a bank of hundreds of normals small; `Tests/Benchmarks`
/// states what that costs.
enum Coreset {
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
    /// - Returns: their rows, in the order chosen; the first is row 0.
    static func choose(_ points: Tensor, count: Int) throws -> [Int] {
        let lengths = try (points * points).sum(1)
        var chosen = [0]
        var nearest = try distances(points, lengths, to: 0)
        while chosen.count < count {
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
