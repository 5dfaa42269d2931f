import Foundation

/// How far two sets of feature vectors are apart under a Gaussian kernel.
///
/// *Source*: Gretton et al. 2012, lemma 6: the squared maximum mean discrepancy under k(x, y) = exp(−|x−y|² / 2σ²),
/// estimated without bias.
package enum GaussianDistance {
    /// σ as the median distance between different rows (Gretton et al. 2012, section 8): of an even number of pairs the
    /// mean of the middle two.
    ///
    /// - Returns: nil with fewer than two rows, and where half of them and more are equal.
    /// - Throws: ``MetricError/unavailable(_:)`` without OpenBLAS.
    package static func bandwidth(of rows: FeatureRows) throws(MetricError) -> Double? {
        guard rows.count > 1 else { return nil }
        let norms = squaredNorms(rows)
        var distances: [Double] = []
        distances.reserveCapacity(rows.count * (rows.count - 1) / 2)
        try RowProducts.each(rows, rows) { row, column, product in
            if column < row { distances.append(max(0, norms[row] + norms[column] - 2 * product)) }
        }
        distances.sort()
        let middle = distances.count / 2
        let median =
            distances.count % 2 == 1
            ? distances[middle].squareRoot() : (distances[middle - 1].squareRoot() + distances[middle].squareRoot()) / 2
        return median > 0 ? median : nil
    }

    /// - Parameter bandwidth: σ > 0.
    /// - Returns: the squared distance, around 0 for sets drawn alike, at most 2; nil with fewer than two rows in
    ///   either set.
    /// - Throws: ``MetricError/sizeMismatch(_:)`` for rows of different width, ``MetricError/unavailable(_:)`` without
    ///   OpenBLAS.
    package static func unbiased(
        _ first: FeatureRows, _ second: FeatureRows, bandwidth: Double
    ) throws(MetricError) -> Double? {
        guard first.width == second.width else {
            throw .sizeMismatch("features of width \(first.width) and of width \(second.width) can't be compared")
        }
        guard first.count > 1, second.count > 1 else { return nil }
        let (m, n) = (Double(first.count), Double(second.count))
        let within = try sum(first, first, bandwidth, skippingDiagonal: true) / (m * (m - 1))
        let withinSecond = try sum(second, second, bandwidth, skippingDiagonal: true) / (n * (n - 1))
        return try within + withinSecond - 2 * sum(first, second, bandwidth) / (m * n)
    }

    private static func sum(
        _ x: FeatureRows, _ y: FeatureRows, _ bandwidth: Double, skippingDiagonal: Bool = false
    ) throws(MetricError) -> Double {
        let (own, other) = (squaredNorms(x), squaredNorms(y)), scale = -1 / (2 * bandwidth * bandwidth)
        var total = 0.0
        try RowProducts.each(x, y) { row, column, product in
            if skippingDiagonal && row == column { return }
            total += exp(scale * max(0, own[row] + other[column] - 2 * product))
        }
        return total
    }

    private static func squaredNorms(_ rows: FeatureRows) -> [Double] {
        (0..<rows.count).map { row in
            rows.values[row * rows.width..<(row + 1) * rows.width].reduce(0) { $0 + $1 * $1 }
        }
    }
}
