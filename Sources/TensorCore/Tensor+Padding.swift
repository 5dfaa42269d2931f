import CTorch

extension Tensor {
    /// How the rim is filled.
    package enum Padding {
        case constant(Double)
        case reflect
        case replicate
    }

    /// A rim around the tensor. `widths` are (before, after) of the last dimension, then of the one before it and so
    /// on: left, right, top, bottom for `[B, C, H, W]`. Reflection and replication need a batch dimension.
    package func pad(_ widths: [Int], _ mode: Padding = .constant(0)) throws(TensorError) -> Tensor {
        let (code, value): (CTorchPadding, Double) =
            switch mode {
            case .constant(let value): (CTorchConstant, value)
            case .reflect: (CTorchReflect, 0)
            case .replicate: (CTorchReplicate, 0)
            }
        // On CUDA, LibTorch sums the gradients of these two in no fixed order; gradients of a selection have a fixed
        // order.
        if case .cuda = try device, value == 0, code != CTorchConstant, let padded = try padBySelection(widths, mode) {
            return padded
        }
        return try Tensor { out in widths.withInts { ctorch_pad(handle, $0, code, value, out) } }
    }

    /// The same rim made of selected rows and columns; nil where `pad` would refuse the widths.
    package func padBySelection(_ widths: [Int], _ mode: Padding) throws(TensorError) -> Tensor? {
        guard widths.count % 2 == 0, widths.count / 2 <= rank else { return nil }
        var result = self
        for place in stride(from: 0, to: widths.count, by: 2) {
            let dimension = -1 - place / 2
            let (before, after, size) = (widths[place], widths[place + 1], try size(dimension))
            guard before >= 0, after >= 0, size > 0 else { return nil }
            if before == 0, after == 0 { continue }
            let sources: [Int]
            switch mode {
            case .constant: return nil
            case .reflect:
                guard before < size, after < size else { return nil }
                sources = (-before..<size + after).map { $0 < 0 ? -$0 : $0 < size ? $0 : 2 * (size - 1) - $0 }
            case .replicate:
                sources = (-before..<size + after).map { Swift.min(Swift.max($0, 0), size - 1) }
            }
            result = try result.indexSelect(dimension, sources)
        }
        return result
    }
}
