package import TensorCore

/// Weights under other names, some in another shape of as many numbers.
package struct RenamedWeights: WeightSource {
    /// Where a tensor comes from, and the shape it gets.
    package struct Origin: Sendable {
        package var key: String
        package var shape: [Int]
        package init(key: String, shape: [Int]) { (self.key, self.shape) = (key, shape) }
    }

    private let source: any WeightSource
    private let origins: [String: Origin]

    /// - Parameter origins: new name → the origin of its tensor.
    package init(_ source: any WeightSource, origins: [String: Origin]) {
        (self.source, self.origins) = (source, origins)
    }

    package var name: String { source.name }
    package var shapes: [String: [Int]] { origins.mapValues(\.shape) }

    package func tensor(_ key: String) throws(TensorError) -> Tensor {
        guard let origin = origins[key] else {
            throw TensorError(.invalidArgument, "\(name) holds no tensor “\(key)”")
        }
        return try source.tensor(origin.key).reshape(origin.shape)
    }
}
