package import Detectors
import NeuralNet
package import TensorCore

/// A linear head on standardised patches: the log odds that a patch is damaged.
package struct ProbeHead {
    /// Of each channel over the training's patches: mean and deviation, `[C]`, float32.
    private let mean, scale: Tensor
    /// `[C]` and `[1]`.
    package let weight, bias: Tensor

    package init(mean: Tensor, scale: Tensor, weight: Tensor, bias: Tensor) {
        (self.mean, self.scale, self.weight, self.bias) = (mean, scale, weight, bias)
    }

    /// `[P, C]` to `[P]`, float32.
    package func logits(of vectors: Tensor) throws(TensorError) -> Tensor {
        try ((vectors - mean) / scale).matmul(weight) + bias
    }

    /// A picture's score and its highest patch.
    ///
    /// - Parameter logits: `[P]`.
    package static func score(_ logits: Tensor, _ rule: ProbeSettings.ImageScore) throws(TensorError) -> (
        score: Double, highest: Double
    ) {
        let highest = try logits.max().item()
        switch rule {
        case .max: return (highest, highest)
        case .top:
            let count = max(1, (try logits.size(0) + 50) / 100)
            return (try logits.topK(count, 0).values.mean().item(), highest)
        }
    }

    // MARK: - Files

    /// Writes a safetensors file.
    ///
    /// - Throws: `WeightsError` of kind io, `TensorError`.
    package func write(to path: String) throws {
        var tensors: [String: Tensor] = [:]
        for (name, tensor) in [("mean", mean), ("scale", scale), ("weight", weight), ("bias", bias)] {
            tensors[name] = try tensor.to(device: .cpu).contiguous()
        }
        try SafetensorsWriter.write(tensors, to: path)
    }

    /// Reads a head.
    ///
    /// - Throws: `WeightsError`; `DetectionError.fitted` where it is of other layers; `TensorError`.
    package static func read(_ path: String, channels: Int, device: Device) throws -> ProbeHead {
        let file = try SafetensorsFile(path)
        guard ["mean", "scale", "weight"].allSatisfy({ file.shapes[$0] == [channels] }), file.shapes["bias"] == [1]
        else {
            throw DetectionError.fitted(file: path, reason: "no head on \(channels) channels; fit it again")
        }
        func tensor(_ name: String) throws -> Tensor { try file.tensor(name).to(.float32, device: device) }
        return ProbeHead(
            mean: try tensor("mean"), scale: try tensor("scale"), weight: try tensor("weight"),
            bias: try tensor("bias"))
    }
}
