package import NeuralNet
package import TensorCore

/// LPIPS with VGG16: how different two pictures look.
///
/// *Source*: Zhang et al. 2018, section 3, equation 1, version 0.1 of the authors' weights. Parity: the `lpips`
/// package's `LPIPS(net="vgg")`.
package struct LPIPSNetwork {
    package typealias Features = [Tensor]

    /// *Source*: ImageNet's mean and deviation for pixels in −1…1, as the authors round them.
    private static let shift: [Float] = [-0.030, -0.088, -0.188]
    private static let scale: [Float] = [0.458, 0.448, 0.450]
    /// *Source*: the `lpips` package, `normalize_tensor`; it is added to the length.
    private static let eps = 1e-10
    /// Added under the root, whose slope at 0 is infinite; too small to change a sum other than 0.
    private static let floor = 1e-20
    /// VGG16's convolutions per slice, each slice ending in the features that are compared; the numbers are
    /// torchvision's, which count activations and pools too.
    private static let slices: [(width: Int, layers: [Int])] = [
        (64, [0, 2]), (128, [5, 7]), (256, [10, 12, 14]), (512, [17, 19, 21]), (512, [24, 26, 28]),
    ]
    /// Sides of pictures are multiples of this: four pools halve them.
    package static let cell = 16

    private let trunk: [[Conv2d]]
    /// Per slice `[1, width]`: how much each channel counts.
    private let heads: [Tensor]
    private let shift, scale: Tensor
    package let device: Device
    private let dtype: DType

    /// - Parameter parameters: the root of a weight file with the names of the `lpips` package's state.
    package init(_ parameters: Parameters) throws(TensorError) {
        (device, dtype) = (parameters.store.device, parameters.store.dtype)
        var (trunk, heads): ([[Conv2d]], [Tensor]) = ([], [])
        var inputs = 3
        for (index, slice) in Self.slices.enumerated() {
            let place = parameters["net"]["slice\(index + 1)"]
            var convolutions: [Conv2d] = []
            for layer in slice.layers {
                convolutions.append(try Conv2d(place[layer], inputs, slice.width, kernel: 3, padding: 1))
                inputs = slice.width
            }
            trunk.append(convolutions)
            // Index 1, because a dropout comes first.
            let weight = try parameters["lin\(index)"]["model"][1].tensor(
                "weight", [1, slice.width, 1, 1], .fanIn(slice.width))
            heads.append(try weight.reshape([1, slice.width]).to(.float32))
        }
        (self.trunk, self.heads) = (trunk, heads)
        shift = try Tensor(Self.shift, [1, 3, 1, 1]).to(device: device)
        scale = try Tensor(Self.scale, [1, 3, 1, 1]).to(device: device)
    }

    /// Reads a file as `make features` leaves it, or a whole `lpips.LPIPS(net="vgg").state_dict()`.
    ///
    /// - Parameters:
    ///   - dtype: what the convolutions compute in; features and distances are float32 always.
    ///   - forLoss: whether gradients with respect to pictures are needed; the kernels for frozen weights don't provide
    ///     them.
    /// - Throws: `WeightsError` when it is missing, damaged or holds something else; `TensorError`.
    package static func load(
        _ path: String, dtype: DType = .float32, device: Device = .cpu, forLoss: Bool = false
    ) throws -> LPIPSNetwork {
        let store = ParameterStore(
            try SafetensorsFile(path), dtype: dtype, device: device, trainable: forLoss)
        let network = try LPIPSNetwork(store.root)
        // The package lists its heads twice and keeps shift and scale with them.
        try store.verify { $0.hasPrefix("lins.") || $0.hasPrefix("scaling_layer.") }
        return network
    }

    /// The features of pictures, normalised to length 1 at every place.
    ///
    /// - Parameter pictures: `[B, 3, H, W]`, float32, −1…1; H and W multiples of 16.
    /// - Returns: per slice `[B, width, h, w]`, h and w halved from slice to slice.
    package func features(_ pictures: Tensor) throws(TensorError) -> Features {
        var x = try ((pictures.to(device: device) - shift) / scale).to(dtype)
        var features: Features = []
        for (index, convolutions) in trunk.enumerated() {
            if index > 0 { x = try Self.pooled(x) }
            for convolution in convolutions { x = try convolution(x).relu() }
            let wide = try x.to(.float32)
            features.append(try wide / (((wide * wide).sum(1, keepDim: true) + Self.floor).sqrt() + Self.eps))
        }
        return features
    }

    /// How different two pictures are at every place, slice by slice: per slice `[1, 1, h, w]`. Their means, added up,
    /// are the distance.
    ///
    /// - Parameters:
    ///   - first: features of one picture, as `second`'s.
    package func maps(_ first: Features, _ second: Features) throws(TensorError) -> [Tensor] {
        var maps: [Tensor] = []
        for index in heads.indices {
            let difference = try first[index] - second[index]
            let (height, width) = (try difference.size(2), try difference.size(3))
            let weighted = try heads[index].matmul(
                (difference * difference).reshape([difference.size(1), height * width]))
            maps.append(try weighted.reshape([1, 1, height, width]))
        }
        return maps
    }

    /// The distance, averaged over pictures: one number, recorded for gradients.
    ///
    /// - Parameters:
    ///   - first, second: features of as many pictures.
    package func distance(_ first: Features, _ second: Features) throws(TensorError) -> Tensor {
        var sum = try Tensor.zeros([], device: device)
        for (index, head) in heads.enumerated() {
            let difference = try first[index] - second[index]
            let weights = try head.reshape([1, difference.size(1), 1, 1])
            sum = try sum + (difference * difference * weights).sum(1).mean()
        }
        return sum
    }

    /// 2×2 cells, the larger value of each.
    private static func pooled(_ x: Tensor) throws(TensorError) -> Tensor {
        try x.reshape([x.size(0), x.size(1), x.size(2) / 2, 2, x.size(3) / 2, 2]).amax(3, 5)
    }
}
