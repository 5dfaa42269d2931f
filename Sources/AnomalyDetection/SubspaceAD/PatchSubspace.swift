import NeuralNet
package import TensorCore

/// The mean of the normals' patches and the directions in which they vary most.
///
/// *Source*: SubspaceAD: covariance over n − 1, the fewest components whose variances reach a share of all, in double
/// precision.
package struct PatchSubspace {
    /// `[channels]` and `[components, channels]`, float32.
    package let mean, components: Tensor

    private init(mean: Tensor, components: Tensor) { (self.mean, self.components) = (mean, components) }

    /// Sums over patches, from which mean and covariance follow: memory doesn't grow with their number.
    package struct Sums {
        private var shift, sum, products: Tensor?
        package private(set) var count = 0

        package init() {}

        /// - Parameter tokens: `[n, channels]`.
        package mutating func add(_ tokens: Tensor) throws(TensorError) {
            let values = try tokens.to(.float64)
            // Around the first picture's mean, so that nothing large is taken from something large in the end.
            let centre: Tensor
            if let shift { centre = shift } else { centre = try values.mean(0) }
            let centred = try values - centre
            let (own, squares) = (try centred.sum(0), try centred.transposed().matmul(centred))
            sum = try sum.map { before throws(TensorError) in try before + own } ?? own
            products = try products.map { before throws(TensorError) in try before + squares } ?? squares
            shift = centre
            count += try values.size(0)
        }

        /// The subspace; nil of fewer than two patches.
        ///
        /// - Parameter variance: the share of all variance that it holds at least.
        package func subspace(variance: Double) throws(TensorError) -> PatchSubspace? {
            guard let shift, let sum, let products, count > 1 else { return nil }
            let off = try sum / Double(count)
            let outer = try off.unsqueeze(1) * off.unsqueeze(0)
            let covariance = try (products - outer * Double(count)) / Double(count - 1)
            let (values, vectors) = try covariance.to(device: .cpu).symmetricEigen()
            // Rounding leaves variances that are none a little below 0.
            let ordered = try values.doubles().reversed().map { max($0, 0) }
            let all = ordered.reduce(0, +)
            var (kept, reached) = (0, 0.0)
            for value in ordered where kept == 0 || reached < variance * all {
                reached += value
                kept += 1
            }
            let width = ordered.count
            let last = try vectors.narrow(1, start: width - kept, length: kept).flip(1).transposed().contiguous()
            return PatchSubspace(
                mean: try (shift + off).to(.float32), components: try last.to(.float32, device: shift.device))
        }
    }

    package var count: Int { components.shape[0] }

    /// The squared length of what is left of each patch outside the subspace, `[P]`.
    ///
    /// - Parameter tokens: `[P, channels]`.
    package func residuals(of tokens: Tensor) throws(TensorError) -> Tensor {
        let centred = try tokens - mean
        let inside = try centred.products(withRowsOf: components).matmul(components)
        let rest = try centred - inside
        return try (rest * rest).sum(1)
    }

    // MARK: - Files

    /// Writes `mean` and `components` as a safetensors file.
    ///
    /// - Throws: `WeightsError` of kind io, `TensorError`.
    package func write(to path: String) throws {
        try SafetensorsWriter.write(
            ["mean": mean.to(device: .cpu).contiguous(), "components": components.to(device: .cpu).contiguous()],
            to: path)
    }

    /// Reads a subspace.
    ///
    /// - Throws: `WeightsError`; `DetectionError.fitted` where it is of another network; `TensorError`.
    package static func read(_ path: String, channels: Int, device: Device) throws -> PatchSubspace {
        let file = try SafetensorsFile(path), shape = file.shapes["components"] ?? []
        guard file.shapes["mean"] == [channels], shape.count == 2, (1...channels).contains(shape[0]),
            shape[1] == channels
        else {
            throw DetectionError.fitted(file: path, reason: "no subspace of \(channels) channels; fit it again")
        }
        return PatchSubspace(
            mean: try file.tensor("mean").to(.float32, device: device),
            components: try file.tensor("components").to(.float32, device: device))
    }
}
