import COpenBLAS

/// KID: how far two sets of pictures are apart, by their features.
///
/// *Source*: Bińkowski et al. 2018, section 4 and appendix A: the squared maximum mean discrepancy under k(x, y) = (x·y
/// / d + 1)³, estimated without bias (equation 4), d being the features' width.
///
/// The estimate is over all pictures at once. Papers often average it over 100 random subsets of at most 1000 pictures:
/// an estimate of the same number, noisier and cheaper. For two sets of the same size up to 1000 both give the same
/// value.
package enum KernelDistance {
    /// Rows of a block of kernel values: 2 MB beside a thousand columns.
    private static let block = 256

    /// - Returns: the squared distance, in units of the kernel; around 0, equally often below and above, if both sets
    ///   come from the same distribution. Nil with fewer than two pictures in either set.
    /// - Throws: ``MetricError/sizeMismatch(_:)`` for rows of different width, ``MetricError/unavailable(_:)`` without
    ///   OpenBLAS.
    package static func unbiased(_ first: FeatureRows, _ second: FeatureRows) throws(MetricError) -> Double? {
        guard first.width == second.width else {
            throw .sizeMismatch("features of width \(first.width) and of width \(second.width) can't be compared")
        }
        guard first.count > 1, second.count > 1 else { return nil }
        let (m, n) = (Double(first.count), Double(second.count))
        let within = try sum(first, first, skippingDiagonal: true) / (m * (m - 1))
        let withinSecond = try sum(second, second, skippingDiagonal: true) / (n * (n - 1))
        return try within + withinSecond - 2 * sum(first, second) / (m * n)
    }

    /// Σ k(x, y) over all pairs, or over those of different rows.
    private static func sum(_ x: FeatureRows, _ y: FeatureRows, skippingDiagonal: Bool = false) throws(MetricError)
        -> Double
    {
        let width = x.width
        var total = 0.0
        var products = [Double](repeating: 0, count: min(block, x.count) * y.count)
        for start in stride(from: 0, to: x.count, by: block) {
            let rows = min(block, x.count - start)
            let failure = x.values[(start * width)...].withUnsafeBufferPointer { left in
                y.values.withUnsafeBufferPointer { right in
                    copenblas_product_transposed(
                        Int32(rows), Int32(y.count), Int32(width), left.baseAddress, right.baseAddress, &products)
                }
            }
            if let failure {
                throw .unavailable(
                    "OpenBLAS can't be loaded: \(String(cString: failure)). Debian: apt install libopenblas0")
            }
            for row in 0..<rows {
                for column in 0..<y.count where !(skippingDiagonal && start + row == column) {
                    let base = products[row * y.count + column] / Double(width) + 1
                    total += base * base * base
                }
            }
        }
        return total
    }
}
