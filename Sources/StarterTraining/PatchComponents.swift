import Foundation
package import TensorCore

/// Principal components of square patches: the latent space of the starter autoencoder.
///
/// A trained encoder would need more pictures to find a good space than a small training has, and the other trainings
/// would have to wait for it. Components are computed in a second, keep the most variance that a linear map can, and
/// let autoencoder and UNet be trained side by side.
package struct PatchComponents {
    /// Pixels a side of a patch.
    package let patch: Int
    /// [C, 3·patch²]: what a patch (rows, columns, colours) minus the mean patch is multiplied by.
    package let matrix: Tensor
    /// [C]: subtracted after that.
    package let offset: Tensor
    package var channels: Int { matrix.shape[0] }

    package init(patch: Int, matrix: Tensor, offset: Tensor) {
        (self.patch, self.matrix, self.offset) = (patch, matrix, offset)
    }

    /// From pictures [B, 3, H, W] in [-1, 1], with the scales that the settings ask for.
    package init(of pictures: Tensor, patch: Int, _ settings: TrainingSettings.Latents) throws(TensorError) {
        let patches = try Self.patches(pictures, patch)
        let mean = try patches.mean(0, keepDim: true)
        let centred = try patches - mean
        let count = Double(try patches.size(0))
        let covariance = try (centred.transposed().matmul(centred) / count).doubles()
        let (values, vectors) = SymmetricEigen.decompose(covariance, size: 3 * patch * patch)
        let first = values[0].squareRoot()
        var rows: [Float] = []
        for index in 0..<settings.channels {
            let deviation = max(values[index], 1e-12).squareRoot()
            let scale = settings.deviation * pow(deviation / first, settings.spread) / deviation
            // The sign is arbitrary; it is chosen so that the patch's mean has a positive weight.
            let sign = vectors[index].reduce(0, +) < 0 ? -1.0 : 1.0
            rows += vectors[index].map { Float($0 * scale * sign) }
        }
        self.patch = patch
        matrix = try Tensor(rows, [settings.channels, 3 * patch * patch])
        offset = try mean.matmul(matrix.transposed()).reshape(settings.channels)
    }

    /// [B, 3, H, W] to [B, C, H/patch, W/patch], float32.
    package func encode(_ pictures: Tensor) throws(TensorError) -> Tensor {
        let shape = pictures.shape
        let (rows, columns) = (shape[2] / patch, shape[3] / patch)
        let device = try pictures.device
        let latents = try Self.patches(pictures, patch).linear(matrix.to(device: device)) - offset.to(device: device)
        return try latents.reshape(shape[0], rows, columns, channels).permute(0, 3, 1, 2).contiguous()
    }

    /// [B, 3, H, W] to [B·rows·columns, patch·patch·3].
    private static func patches(_ pictures: Tensor, _ patch: Int) throws(TensorError) -> Tensor {
        let shape = pictures.shape
        let (rows, columns) = (shape[2] / patch, shape[3] / patch)
        return try pictures.reshape(shape[0], 3, rows, patch, columns, patch).permute(0, 2, 4, 3, 5, 1)
            .reshape(shape[0] * rows * columns, patch * patch * 3)
    }

    // MARK: - Files

    package var tensors: [String: Tensor] { ["matrix": matrix, "offset": offset] }

    package init(_ tensors: [String: Tensor], patch: Int) throws(TrainingError) {
        guard let matrix = tensors["matrix"], let offset = tensors["offset"], matrix.shape.count == 2,
            matrix.shape[1] == 3 * patch * patch
        else {
            throw .checkpoint("components.safetensors", "doesn't hold the components of patches of \(patch) pixels")
        }
        self.init(patch: patch, matrix: matrix, offset: offset)
    }
}

/// Eigenvalues and eigenvectors of a small symmetric matrix.
enum SymmetricEigen {
    /// Jacobi's rotations, cyclic, until the values off the diagonal vanish.
    ///
    /// *Source*: Golub and Van Loan, Matrix Computations, section 8.5.
    /// - Parameter matrix: row-major, size × size.
    /// - Returns: values from the largest down, each with its unit vector.
    static func decompose(_ matrix: [Double], size: Int) -> (values: [Double], vectors: [[Double]]) {
        var a = matrix
        var v = (0..<size * size).map { $0 / size == $0 % size ? 1.0 : 0.0 }
        let scale = max(matrix.reduce(0) { max($0, abs($1)) }, .leastNormalMagnitude)
        for _ in 0..<60 {
            var rest = 0.0
            for p in 0..<size {
                for q in p + 1..<max(size, p + 1) {
                    let off = a[p * size + q]
                    rest = max(rest, abs(off))
                    guard abs(off) > 1e-15 * scale else { continue }
                    let theta = (a[q * size + q] - a[p * size + p]) / (2 * off)
                    let t = (theta >= 0 ? 1 : -1) / (abs(theta) + (theta * theta + 1).squareRoot())
                    let c = 1 / (t * t + 1).squareRoot(), s = t * c
                    rotate(&a, size, p, q, c, s)
                    for k in 0..<size {
                        let (x, y) = (v[k * size + p], v[k * size + q])
                        (v[k * size + p], v[k * size + q]) = (c * x - s * y, s * x + c * y)
                    }
                }
            }
            if rest <= 1e-14 * scale { break }
        }
        let order = (0..<size).sorted { a[$0 * size + $0] > a[$1 * size + $1] }
        return (order.map { a[$0 * size + $0] }, order.map { column in (0..<size).map { v[$0 * size + column] } })
    }

    /// a ← Jᵀ a J for the rotation in the plane of p and q.
    private static func rotate(_ a: inout [Double], _ n: Int, _ p: Int, _ q: Int, _ c: Double, _ s: Double) {
        for k in 0..<n {
            let (x, y) = (a[k * n + p], a[k * n + q])
            (a[k * n + p], a[k * n + q]) = (c * x - s * y, s * x + c * y)
        }
        for k in 0..<n {
            let (x, y) = (a[p * n + k], a[q * n + k])
            (a[p * n + k], a[q * n + k]) = (c * x - s * y, s * x + c * y)
        }
    }
}
