package import Detectors
package import NeuralNet
package import TensorCore

/// A convolutional network as far as its features are asked for: batch norms are folded into the convolutions before
/// them, and no gradient passes.
package final class CNNTrunk: FeatureTrunk {
    package let family: CNNFamily
    package var name: String { family.rawValue }
    package var pixelScale: PixelScale { family.pixelScale }
    package let device: Device
    /// SHA-256 of the weights' bytes, hexadecimal.
    package let digest: String
    /// Parts of the network, each ending in a cut.
    private let stages: [Stage]

    /// From one cut to the next.
    struct Stage {
        let cut: String
        let run: (Tensor) throws(TensorError) -> Tensor
    }

    /// Takes the network's parts up to a cut.
    ///
    /// - Parameter cut: the deepest that will be asked for.
    /// - Throws: `WeightsError` that lists every missing, misshaped and unknown tensor; `TensorError`.
    package init(
        _ weights: any WeightSource, _ family: CNNFamily, to cut: String, digest: String, device: Device = .cpu
    ) throws {
        let store = ParameterStore(weights, device: device)
        let depth = (family.cuts.firstIndex { $0.name == cut } ?? family.cuts.count - 1) + 1
        switch family {
        case .resnet18, .resnet50, .wideResNet50:
            guard let shape = family.residual else { preconditionFailure("a residual network has a shape") }
            stages = try ResidualNetwork.stages(store.root, shape, depth: depth)
            try store.verify { ResidualNetwork.isUnused($0, depth: depth) }
        case .mobileNetV2, .efficientNetLite0, .efficientNetB4:
            guard let shape = family.inverted else { preconditionFailure("an inverted residual network has a shape") }
            stages = try InvertedResidualNetwork.stages(store.root, shape, depth: depth)
            try store.verify { InvertedResidualNetwork.isUnused($0, shape, depth: depth) }
        case .vgg16:
            stages = try PlainNetwork.stages(store.root, depth: depth)
            try store.verify(ignoring: PlainNetwork.isUnused)
        }
        (self.family, self.device, self.digest) = (family, device, digest)
    }

    /// The deepest cut that can be asked for.
    package var deepest: String { stages.last?.cut ?? "" }

    /// Features of pictures.
    ///
    /// - Parameters:
    ///   - pictures: `[B, 3, H, W]`, normalised, float32, on the network's device.
    ///   - cuts: names among the network's, none deeper than it was loaded for.
    /// - Returns: by cut `[B, channels, h, w]`, at the end of the cut, as the next part reads it. Nothing behind the
    ///   deepest of them is computed.
    package func callAsFunction(_ pictures: Tensor, cuts: Set<String>) throws(TensorError) -> [String: Tensor] {
        precondition(cuts.isSubset(of: stages.map(\.cut)), "this network was not loaded for these cuts")
        let stages = stages
        return try withoutGradients { () throws(TensorError) in
            var (found, x): ([String: Tensor], Tensor) = ([:], pictures)
            for stage in stages {
                if found.count == cuts.count { break }
                x = try stage.run(x)
                if cuts.contains(stage.cut) { found[stage.cut] = x }
            }
            return found
        }
    }
}
