/// KID: how far two sets of pictures are apart, by their features.
///
/// *Source*: Bińkowski et al. 2018, section 4 and appendix A: the squared maximum mean discrepancy under k(x, y) = (x·y
/// / d + 1)³, estimated without bias (equation 4), d being the features' width.
///
/// The estimate is over all pictures at once. Papers often average it over 100 random subsets of at most 1000 pictures:
/// an estimate of the same number, noisier and cheaper. For two sets of the same size up to 1000 both give the same
/// value.
package enum KernelDistance {
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
        let width = Double(x.width)
        var total = 0.0
        try RowProducts.each(x, y) { row, column, product in
            if skippingDiagonal && row == column { return }
            let base = product / width + 1
            total += base * base * base
        }
        return total
    }
}
