import COpenBLAS

/// The dot products of all rows of one set with all rows of another.
enum RowProducts {
    /// Rows of a block: 2 MB beside a thousand columns.
    private static let block = 256

    /// - Parameter body: is called for each pair, row by row.
    /// - Throws: ``MetricError/unavailable(_:)`` without OpenBLAS.
    /// - Precondition: rows of one width.
    static func each(
        _ x: FeatureRows, _ y: FeatureRows, _ body: (_ row: Int, _ column: Int, _ product: Double) -> Void
    ) throws(MetricError) {
        let width = x.width
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
                for column in 0..<y.count { body(start + row, column, products[row * y.count + column]) }
            }
        }
    }
}
