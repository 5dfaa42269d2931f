import NeuralNet
package import TensorCore

/// A Gaussian at each place, as PaDiM fits it: mean, and covariance (over n − 1) plus a ridge on its diagonal.
///
/// *Source*: Defard et al. 2021, section III.B, equations 1 and 2. The ridge is theirs, 0.01.
///
/// With S = AᵀA + r I, A the n centred samples / √(n − 1), the squared distance vᵀS⁻¹v is (vᵀv − |Bv|²) / r, where B =
/// L⁻¹A and LLᵀ = AAᵀ + r I (Woodbury). That is kept where there are fewer samples than channels: n × d numbers a place
/// instead of d × d. Otherwise it is |L⁻¹v|² with LLᵀ = S. A single sample has no covariance: S = r I, the ridge alone.
package struct LocalGaussians {
    package static let ridge = 0.01
    /// Which channels of the layers are compared, int64 `[d]`.
    package let channels: Tensor
    /// `[P, d]`, float32.
    private let mean: Tensor
    /// `[P, rows, d]`, float32: B, or L⁻¹; nil for a single sample.
    private let factors: Tensor?
    private let isLowRank: Bool
    private let ridge: Double

    /// Places that are worked on at a time.
    private static let block = 128

    /// - Parameters:
    ///   - samples: per normal `[P, d]`, any floating-point type.
    ///   - channels: `[d]`, kept with the result.
    package init(_ samples: [Tensor], channels: Tensor, ridge: Double = LocalGaussians.ridge) throws(TensorError) {
        precondition(!samples.isEmpty)
        let (places, width) = (try samples[0].size(0), try samples[0].size(1))
        let isLowRank = samples.count <= width
        var (means, factors): ([Tensor], [Tensor]) = ([], [])
        for start in stride(from: 0, to: places, by: Self.block) {
            let length = min(Self.block, places - start)
            var parts: [Tensor] = []
            for sample in samples { parts.append(try sample.narrow(0, start: start, length: length).to(.float64)) }
            let stacked = try Tensor.stack(parts, 1)  // [p, n, d]
            let mean = try stacked.mean(1, keepDim: true)
            means.append(try mean.squeeze(1).to(.float32))
            guard samples.count > 1 else { continue }
            let centred = try (stacked - mean) / Double(samples.count - 1).squareRoot()
            let gram = try isLowRank ? centred.bmm(centred.transposed()) : centred.transposed().bmm(centred)
            let identity = try Self.identity(gram.size(1), gram.device)
            let right = try isLowRank ? centred : identity.expand(gram.shape)
            factors.append(try Self.solved(gram + identity * ridge, right))
        }
        mean = try Tensor.cat(means, 0)
        self.factors = factors.isEmpty ? nil : try Tensor.cat(factors, 0)
        (self.channels, self.isLowRank, self.ridge) = (channels, isLowRank, ridge)
    }

    private init(channels: Tensor, mean: Tensor, factors: Tensor?, isLowRank: Bool) {
        (self.channels, self.mean, self.factors, self.isLowRank) = (channels, mean, factors, isLowRank)
        ridge = Self.ridge
    }

    /// L⁻¹ · right with LLᵀ = the matrices, float32 on their device.
    ///
    /// - Parameters:
    ///   - matrices: `[p, n, n]`, float64.
    ///   - right: `[p, n, m]`, float64.
    private static func solved(_ matrices: Tensor, _ right: Tensor) throws(TensorError) -> Tensor {
        var (left, values) = (try matrices.to(device: .cpu).doubles(), try right.to(device: .cpu).doubles())
        Cholesky.solveLower(
            &left, &values, count: try matrices.size(0), n: try matrices.size(1), m: try right.size(2))
        return try Tensor(values, right.shape).to(.float32, device: matrices.device)
    }

    private static func identity(_ count: Int, _ device: Device) throws(TensorError) -> Tensor {
        let rows = try Tensor.arange(count, device: device)
        return try (rows.unsqueeze(1) .== rows).to(.float64)
    }

    /// The Mahalanobis distance at each place, `[P]`, float32.
    ///
    /// - Parameter vectors: `[P, d]`.
    package func distances(of vectors: Tensor) throws(TensorError) -> Tensor {
        let off = try vectors.to(.float32) - mean
        let own = try (off * off).sum(1)
        guard let factors else { return try (own / ridge).sqrt() }
        let products = try factors.bmm(off.unsqueeze(2)).squeeze(2)
        let squares = try (products * products).sum(1)
        return try (isLowRank ? (own - squares) / ridge : squares).clamp(min: 0).sqrt()
    }

    // MARK: - Files

    /// Writes `channels`, `mean` and `factors` as a safetensors file.
    ///
    /// - Throws: `WeightsError` of kind io, `TensorError`.
    package func write(to path: String) throws {
        var tensors = ["channels": try channels.to(device: .cpu), "mean": try mean.to(device: .cpu)]
        if let factors { tensors["factors"] = try factors.to(device: .cpu) }
        try SafetensorsWriter.write(tensors, to: path, metadata: ["form": isLowRank ? "samples" : "channels"])
    }

    /// Reads Gaussians.
    ///
    /// - Throws: `WeightsError`; `DetectionError.fitted` where they are of other channels; `TensorError`.
    package static func read(_ path: String, channels count: Int, of all: Int, device: Device) throws -> LocalGaussians
    {
        let file = try SafetensorsFile(path)
        let (mean, factors) = (file.shapes["mean"] ?? [], file.shapes["factors"])
        guard file.shapes["channels"] == [count], mean.count == 2, mean[1] == count,
            factors.map({ $0.count == 3 && $0[0] == mean[0] && $0[2] == count }) ?? true,
            let form = file.metadata["form"], ["samples", "channels"].contains(form)
        else {
            throw DetectionError.fitted(file: path, reason: "no Gaussians of \(count) channels; fit it again")
        }
        let channels = try file.tensor("channels").to(.int64)
        guard try channels.ints().allSatisfy({ (0..<all).contains($0) }) else {
            throw DetectionError.fitted(file: path, reason: "channels that the layers don't have; fit it again")
        }
        return LocalGaussians(
            channels: try channels.to(device: device), mean: try file.tensor("mean").to(.float32, device: device),
            factors: try factors == nil ? nil : file.tensor("factors").to(.float32, device: device),
            isLowRank: form == "samples")
    }
}
