import Foundation
package import TensorCore

/// A random map to fewer dimensions that nearly keeps distances, for choosing a coreset.
///
/// *Source*: Li, Hastie and Church 2006 (very sparse random projections, density 1/√d); the dimension is that of
/// Johnson and Lindenstrauss's lemma for a distortion of 0.9, as anomalib takes it.
package enum SparseProjection {
    private static let distortion = 0.9

    /// Dimensions that points are projected to.
    package static func dimensions(points: Int) -> Int {
        let denominator = distortion * distortion / 2 - distortion * distortion * distortion / 3
        return max(1, Int(4 * log(Double(max(points, 2))) / denominator))
    }

    /// The directions, `[dimensions, width]`: ±√(√width / dimensions), each at a share 1/√width of places, else 0.
    package static func directions(points: Int, width: Int, generator: Generator) throws(TensorError) -> Tensor {
        let count = dimensions(points: points), density = 1 / Double(width).squareRoot()
        let drawn = try Tensor.rand([count, width], generator: generator)
        let size = (1 / density / Double(count)).squareRoot()
        let (positive, negative) = (
            try (drawn .< density / 2).to(.float32), try (drawn .>= 1 - density / 2).to(.float32)
        )
        return try (positive - negative) * size
    }
}
