package import TensorCore

/// A set of named tensors that networks are loaded from.
package protocol WeightSource {
    /// The name in messages: the path of the file or folder.
    var name: String { get }
    /// The shape of every tensor, by key.
    var shapes: [String: [Int]] { get }
    /// A tensor on the CPU in its stored dtype.
    func tensor(_ key: String) throws(TensorError) -> Tensor
}

/// Tensors that are already in memory.
package struct WeightsInMemory: WeightSource {
    package var name: String
    package var tensors: [String: Tensor]

    package init(_ tensors: [String: Tensor], name: String = "weights in memory") {
        (self.name, self.tensors) = (name, tensors)
    }

    package var shapes: [String: [Int]] { tensors.mapValues(\.shape) }

    package func tensor(_ key: String) throws(TensorError) -> Tensor {
        guard let tensor = tensors[key] else { throw TensorError(.invalidArgument, "\(name) holds no tensor “\(key)”") }
        return tensor
    }
}

/// Why weights can't be used.
package struct WeightsError: Error, Equatable, CustomStringConvertible {
    package enum Kind: Sendable {
        /// There is no such file or folder.
        case inputMissing
        /// The file is damaged, hostile, of another kind, or doesn't fit the network.
        case badData
        /// Reading or writing failed.
        case io
    }

    package var kind: Kind
    package var path: String
    package var reason: String
    package var description: String { "\(path): \(reason)" }

    package init(_ kind: Kind, _ path: String, _ reason: String) {
        (self.kind, self.path, self.reason) = (kind, path, reason)
    }
}
