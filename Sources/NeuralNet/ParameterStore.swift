package import TensorCore

/// Where the parameters of one network come from, and the list of those it asked for.
package final class ParameterStore {
    private enum Source {
        case weights(any WeightSource)
        case drawn(Generator)
    }

    package let dtype: DType
    package let device: Device
    private let source: Source
    private let rename: (String) -> String
    private let trainable: Bool

    /// Every parameter asked for so far, by its key, in the order of asking.
    package private(set) var named: [(name: String, tensor: Tensor)] = []
    private var differences = ParameterDifferences()
    private var used: Set<String> = []

    /// Parameters read from weights and converted to `dtype` on `device`.
    ///
    /// `rename` turns the network's name of a parameter into the file's, e.g. by adding a prefix.
    ///
    /// `trainable` marks every tensor for gradients as it is handed out, so that tensors which a layer derives from it
    /// at once (such as a transposed view) pass gradients back to it.
    package init(
        _ weights: any WeightSource, dtype: DType = .float32, device: Device = .cpu, trainable: Bool = false,
        rename: @escaping (String) -> String = { $0 }
    ) {
        source = .weights(weights)
        (self.dtype, self.device, self.trainable, self.rename) = (dtype, device, trainable, rename)
    }

    /// Parameters drawn anew from `generator`, in the order of asking.
    package init(drawnFrom generator: Generator, dtype: DType = .float32, device: Device = .cpu) {
        source = .drawn(generator)
        (self.dtype, self.device, trainable, rename) = (dtype, device, false, { $0 })
    }

    package var root: Parameters { Parameters(store: self, path: "") }

    /// Whether layers may use kernels for weights that never change: on the CPU, of weights that are read and not
    /// trained.
    var isFrozen: Bool {
        guard case .weights = source, !trainable, device == .cpu else { return false }
        return Tensor.hasFrozenLayers(dtype)
    }

    /// How many numbers the parameters hold.
    package var parameterCount: Int { named.reduce(0) { $0 + $1.tensor.count } }

    func contains(_ name: String) -> Bool {
        guard case .weights(let weights) = source else { return false }
        let key = rename(name)
        return weights.shapes[key] != nil || weights.shapes.keys.contains { $0.hasPrefix(key + ".") }
    }

    func tensor(_ name: String, _ shape: [Int], _ initial: Initialization) throws(TensorError) -> Tensor {
        let tensor: Tensor
        switch source {
        case .drawn(let generator):
            tensor = try initial.tensor(shape, generator).to(dtype, device: device)
        case .weights(let weights):
            let key = rename(name)
            used.insert(key)
            if let found = weights.shapes[key], found == shape {
                tensor = try weights.tensor(key).to(dtype, device: device)
                if trainable { try tensor.requiringGrad() }
            } else {
                if let found = weights.shapes[key] {
                    differences.misshaped[key] = .init(expected: shape, found: found)
                } else {
                    differences.missing[key] = shape
                }
                // One zero, expanded: a placeholder that takes no memory, until `verify` throws.
                tensor = try Tensor.zeros([], dtype: dtype, device: device).expand(shape)
            }
        }
        named.append((name, tensor))
        return tensor
    }

    /// Checks that every parameter was there with its shape and that the weights hold no other key.
    ///
    /// `ignoring` tells which left-over keys are known and unused.
    ///
    /// *Throws* `WeightsError` of kind `badData` that lists every difference.
    package func verify(ignoring isUnused: (String) -> Bool = { _ in false }) throws(WeightsError) {
        guard case .weights(let weights) = source else { return }
        var differences = differences
        differences.extra = weights.shapes.keys.filter { !used.contains($0) && !isUnused($0) }.sorted()
        guard !differences.isEmpty else { return }
        throw WeightsError(.badData, weights.name, differences.description)
    }

    /// Marks every parameter for gradients, for training.
    package func requireGradients() throws(TensorError) {
        for (_, tensor) in named { try tensor.requiringGrad() }
    }
}

/// How weights differ from what a network needs.
struct ParameterDifferences: CustomStringConvertible {
    struct Shapes { var expected, found: [Int] }
    var missing: [String: [Int]] = [:]
    var misshaped: [String: Shapes] = [:]
    var extra: [String] = []

    var isEmpty: Bool { missing.isEmpty && misshaped.isEmpty && extra.isEmpty }

    var description: String {
        var lines = ["the weights don't fit the network that the configuration describes"]
        func list(_ title: String, _ entries: [String]) {
            guard !entries.isEmpty else { return }
            lines.append("  \(title) (\(entries.count)):")
            lines += entries.map { "    \($0)" }
        }
        list("missing", missing.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" })
        list(
            "of another shape",
            misshaped.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.found), expected \($0.value.expected)" })
        list("not part of the network", extra)
        return lines.joined(separator: "\n")
    }
}
