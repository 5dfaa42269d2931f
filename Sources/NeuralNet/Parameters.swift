package import TensorCore

/// One place in a network's tree of parameters: `parameters["encoder"]["layers"][0]` is the path `encoder.layers.0`.
///
/// A layer's initialiser takes such a place first and asks it for tensors by name and shape. The store decides whether
/// the numbers come from a file or are drawn at random, so one initialiser serves loading, training and writing models.
package struct Parameters {
    package let store: ParameterStore
    /// Dotted, without a dot at the end; empty at the root.
    package let path: String

    package subscript(_ name: String) -> Parameters {
        Parameters(store: store, path: key(name))
    }

    package subscript(_ index: Int) -> Parameters { self[String(index)] }

    /// The first of several names that the store knows (older and newer spellings of one layer), else the first.
    package subscript(anyOf names: String...) -> Parameters {
        self[names.first(where: contains) ?? names.first ?? ""]
    }

    /// Whether the store holds a tensor of this name or, below it, any tensor. False for a store that draws its
    /// numbers.
    package func contains(_ name: String) -> Bool {
        store.contains(key(name))
    }

    /// The tensor `name` at this place, in the store's dtype and on its device.
    ///
    /// If it is missing or has another shape, this is noted for ``ParameterStore/verify(ignoring:)`` and zeros are
    /// returned, so that one error can name all such tensors.
    ///
    /// *Throws* `TensorError` when memory runs out.
    package func tensor(_ name: String, _ shape: [Int], _ initial: Initialization) throws(TensorError) -> Tensor {
        try store.tensor(key(name), shape, initial)
    }

    /// The tensor, if weights are read from a file that holds it; else nil.
    package func optionalTensor(_ name: String, _ shape: [Int]) throws(TensorError) -> Tensor? {
        contains(name) ? try store.tensor(key(name), shape, .zeros) : nil
    }

    private func key(_ name: String) -> String {
        path.isEmpty ? name : name.isEmpty ? path : "\(path).\(name)"
    }
}

/// How a parameter starts when it is drawn anew.
package enum Initialization: Equatable, Sendable {
    case zeros
    case ones
    case constant(Double)
    /// Normal around 0.
    case normal(std: Double)
    /// Uniform in [−1/√fanIn, 1/√fanIn]: what PyTorch's Linear and Conv2d start from, weight and bias alike.
    case fanIn(Int)
    /// 1 on the diagonal of a matrix, else 0.
    case identity

    func tensor(_ shape: [Int], _ generator: Generator) throws(TensorError) -> Tensor {
        switch self {
        case .zeros: return try .zeros(shape)
        case .ones: return try .ones(shape)
        case .constant(let value): return try .full(shape, value)
        case .normal(let std): return try .randn(shape, generator: generator) * std
        case .fanIn(let count):
            let bound = 1 / Double(max(count, 1)).squareRoot()
            return try .rand(shape, generator: generator) * (2 * bound) - bound
        case .identity:
            guard shape.count == 2 else {
                throw TensorError(.invalidArgument, "the identity is a matrix, not a tensor of shape \(shape)")
            }
            let rows = try Tensor.arange(shape[0]).unsqueeze(1)
            return try (rows .== Tensor.arange(shape[1])).to(.float32)
        }
    }
}
