import NeuralNet
package import TensorCore

/// The normals' patches that PatchCore compares with.
package struct PatchBank {
    /// `[n, channels]`, float32.
    package let vectors: Tensor
    private let lengths: Tensor
    /// Rows whose distances are held at a time.
    private static let block = 8192

    package init(_ vectors: Tensor) throws(TensorError) {
        self.vectors = vectors
        lengths = try (vectors * vectors).sum(1)
    }

    package var count: Int { vectors.shape[0] }

    /// The distance of each patch to the nearest of the bank, and that one's row.
    ///
    /// - Parameter patches: `[P, channels]`.
    /// - Returns: `[P]`, float32 and int64.
    package func nearest(to patches: Tensor) throws(TensorError) -> (distances: Tensor, rows: Tensor) {
        let own = try (patches * patches).sum(1, keepDim: true)
        var best: (squares: Tensor, rows: Tensor)?
        for start in stride(from: 0, to: count, by: Self.block) {
            let length = min(Self.block, count - start)
            let part = try vectors.narrow(0, start: start, length: length)
            let squares =
                try own - patches.products(withRowsOf: part) * 2
                + lengths.narrow(0, start: start, length: length)
            let (found, rows) = try squares.topK(1, 1, largest: false)
            let here = (squares: try found.squeeze(1), rows: try rows.squeeze(1) + start)
            guard let before = best else {
                best = here
                continue
            }
            let isBetter = try here.squares .< before.squares
            best = (
                try .where(isBetter, here.squares, before.squares), try .where(isBetter, here.rows, before.rows)
            )
        }
        guard let best else { throw TensorError(.invalidArgument, "a bank without patches has no nearest one") }
        return (try best.squares.clamp(min: 0).sqrt(), best.rows)
    }

    /// A picture's score: the largest distance, weighted by how crowded the bank is there.
    ///
    /// *Source*: Roth et al. 2022, equation 7: w = 1 − softmax of the patch's distances to the nearest one's own
    /// neighbours, at the nearest one.
    /// - Parameters:
    ///   - patches: `[P, channels]`, with their nearest.
    ///   - neighbours: how many of the bank, the nearest one included; 1: no weight.
    package func score(_ patches: Tensor, _ nearest: (distances: Tensor, rows: Tensor), neighbours: Int)
        throws(TensorError) -> (distance: Double, weight: Double)
    {
        let worst = try nearest.distances.argmax().intItem()
        let distance = try nearest.distances.select(0, worst).item()
        let support = min(neighbours, count)
        guard support > 1 else { return (distance, 1) }
        let row = try nearest.rows.select(0, worst).intItem()
        let around = try squares(of: vectors.select(0, row)).topK(support, 0, largest: false).indices
        let patch = try patches.select(0, worst)
        let difference = try vectors.indexSelect(0, around) - patch
        let weights = try (difference * difference).sum(1).sqrt().softmax(0)
        return (distance, try 1 - weights.select(0, 0).item())
    }

    /// Squared distances of the bank's rows to a vector, `[n]`.
    private func squares(of vector: Tensor) throws(TensorError) -> Tensor {
        try lengths - vectors.matmul(vector) * 2 + (vector * vector).sum()
    }

    // MARK: - Files

    private static let name = "bank"

    /// Writes the bank as a safetensors file.
    ///
    /// - Throws: `WeightsError` of kind io, `TensorError`.
    package func write(to path: String) throws {
        try SafetensorsWriter.write([Self.name: vectors.to(device: .cpu).contiguous()], to: path)
    }

    /// Reads a bank.
    ///
    /// - Throws: `WeightsError`; `DetectionError.fitted` where it is of other layers; `TensorError`.
    package static func read(_ path: String, channels: Int, device: Device) throws -> PatchBank {
        let file = try SafetensorsFile(path)
        guard let shape = file.shapes[name], shape.count == 2, shape[0] > 0, shape[1] == channels else {
            throw DetectionError.fitted(
                file: path, reason: "no bank of patches with \(channels) channels; fit it again")
        }
        return try PatchBank(file.tensor(name).to(.float32, device: device))
    }
}
