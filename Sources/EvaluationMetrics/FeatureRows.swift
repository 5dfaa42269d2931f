package import NumpyFiles

/// A network's features of pictures, one row a picture.
package struct FeatureRows: Sendable, Equatable {
    package let count: Int
    package let width: Int
    /// Row-major, `[count, width]`, finite.
    package let values: [Double]

    /// - Parameter name: of the pictures, for the error.
    /// - Throws: ``MetricError/sizeMismatch(_:)`` where the values make no whole rows,
    ///   ``MetricError/notFinite(where:)``.
    package init(_ values: [Double], width: Int, name: String) throws(MetricError) {
        guard width > 0, values.count % width == 0 else {
            throw .sizeMismatch("\(name): \(values.count) values make no rows of \(width)")
        }
        guard values.allSatisfy(\.isFinite) else { throw .notFinite(where: name) }
        (self.values, self.width, count) = (values, width, values.count / width)
    }

    /// The rows of a file `[count, width]`.
    package init(_ file: NumpyFile, name: String) throws(MetricError) {
        try self.init(file.values.map { Double($0) }, width: file.width, name: name)
    }
}
