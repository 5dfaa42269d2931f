import Foundation
package import TensorCore

/// A Gaussian over maps, as a product with one matrix from each side, edges mirrored without the edge itself.
package struct GaussianSmoothing {
    private let rows, columns: Tensor

    /// - Parameters:
    ///   - height, width: the maps'.
    ///   - deviation: pixels.
    ///   - reach: pixels to each side; nil: 4 standard deviations.
    package init(height: Int, width: Int, deviation: Double, reach: Int? = nil, device: Device) throws(TensorError) {
        let reach = reach ?? Int(4 * deviation + 0.5)
        rows = try Self.matrix(height, deviation, reach).to(device: device)
        columns = width == height ? rows : try Self.matrix(width, deviation, reach).to(device: device)
    }

    /// `[…, height, width]` to the same.
    package func callAsFunction(_ maps: Tensor) throws(TensorError) -> Tensor {
        try rows.matmul(maps).matmul(columns.transposed())
    }

    private static func matrix(_ size: Int, _ deviation: Double, _ reach: Int) throws(TensorError) -> Tensor {
        let weights = (-reach...reach).map { exp(-Double($0 * $0) / (2 * deviation * deviation)) }
        let sum = weights.reduce(0, +)
        var values = [Float](repeating: 0, count: size * size)
        let period = max(2 * (size - 1), 1)
        for row in 0..<size {
            for (index, weight) in weights.enumerated() {
                let place = ((row + index - reach) % period + period) % period
                values[row * size + min(place, period - place) % size] += Float(weight / sum)
            }
        }
        return try Tensor(values, [size, size])
    }
}
