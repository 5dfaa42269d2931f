import Foundation
package import NeuralNet
package import TensorCore

/// What SimpleNet trains: a linear adaptor, and a discriminator of two linear layers with a batch norm between them.
///
/// *Source*: Liu et al. 2023 and its released code: leaky ReLU of slope 0.2, no bias in the last layer, Xavier-normal
/// weights.
package final class SimpleNetHead {
    private let adaptor, first, last: Linear
    /// The batch norm's scale and shift, `[hidden]`.
    private let scale, shift: Tensor
    /// Running moments of the batch norm's input, `[hidden]`.
    private let mean, variance: Tensor
    /// What is trained, by part.
    package let adaptorParameters, discriminatorParameters: [(name: String, tensor: Tensor)]
    /// That and the running moments, with their names in a file.
    package let named: [(name: String, tensor: Tensor)]

    /// *Source*: PyTorch's `BatchNorm1d`: added to variances, and a batch's share of the running moments.
    private static let eps = 1e-5
    private static let momentum = 0.1
    private static let slope = 0.2

    /// - Throws: `WeightsError` listing every difference when the store reads a file; `TensorError`.
    package init(_ store: ParameterStore, channels: Int, hidden: Int) throws {
        func linear(_ name: String, _ inputs: Int, _ outputs: Int, bias: Bool) throws(TensorError) -> Linear {
            let place = store.root[name]
            let xavier = Initialization.normal(std: (2 / Double(inputs + outputs)).squareRoot())
            let weight = try place.tensor("weight", [outputs, inputs], xavier)
            return Linear(
                place, weight: weight, bias: bias ? try place.tensor("bias", [outputs], .fanIn(inputs)) : nil)
        }
        adaptor = try linear("adaptor", channels, channels, bias: true)
        first = try linear("first", channels, hidden, bias: true)
        let norm = store.root["norm"]
        scale = try norm.tensor("weight", [hidden], .ones)
        shift = try norm.tensor("bias", [hidden], .zeros)
        last = try linear("last", hidden, 1, bias: false)
        mean = try norm.tensor("running_mean", [hidden], .zeros)
        variance = try norm.tensor("running_var", [hidden], .ones)
        try store.verify()
        named = store.named
        adaptorParameters = store.named.filter { $0.name.hasPrefix("adaptor.") }
        discriminatorParameters = store.named.filter {
            !$0.name.hasPrefix("adaptor.") && !$0.name.hasPrefix("norm.running")
        }
    }

    /// Features as the discriminator sees them, `[P, C]` to `[P, C]`.
    package func adapted(_ vectors: Tensor) throws(TensorError) -> Tensor { try adaptor(vectors) }

    /// How good adapted features look, `[P, C]` to `[P]`: above 0 good, below 0 fake.
    ///
    /// - Parameter isTraining: the batch norm takes the moments of these features, and adds them to the running ones.
    package func goodness(_ adapted: Tensor, isTraining: Bool = false) throws(TensorError) -> Tensor {
        let inner = try first(adapted)
        let normal: Tensor
        if isTraining {
            let own = try inner.mean(0), centred = try inner - own
            let spread = try (centred * centred).mean(0)
            normal = try centred * (spread + Self.eps).rsqrt()
            let count = Double(try inner.size(0))
            try withoutGradients { () throws(TensorError) in
                try mean.inPlaceLerp(own.detach(), weight: Self.momentum)
                try variance.inPlaceLerp(
                    spread.detach() * (count / max(count - 1, 1)), weight: Self.momentum)
            }
        } else {
            normal = try (inner - mean) * (variance + Self.eps).rsqrt()
        }
        let x = try normal * scale + shift
        return try last(x.relu() * (1 - Self.slope) + x * Self.slope).squeeze(1)
    }

    /// How damaged patches look, `[P, C]` to `[P]`: the negative of how good they look.
    package func scores(of vectors: Tensor) throws(TensorError) -> Tensor { try -goodness(adapted(vectors)) }

    // MARK: - Files

    /// Writes a safetensors file.
    ///
    /// - Throws: `WeightsError` of kind io, `TensorError`.
    package func write(to path: String) throws {
        var tensors: [String: Tensor] = [:]
        for (name, tensor) in named { tensors[name] = try tensor.detach().to(device: .cpu) }
        try SafetensorsWriter.write(tensors, to: path)
    }

    /// Reads a head.
    ///
    /// - Throws: `WeightsError` when the file is missing, damaged, or of other layers or another width; `TensorError`.
    package static func read(_ path: String, channels: Int, hidden: Int, device: Device) throws -> SimpleNetHead {
        try SimpleNetHead(
            ParameterStore(SafetensorsFile(path), device: device), channels: channels, hidden: hidden)
    }
}
