package import Detectors
package import NeuralNet
package import TensorCore

/// A vision transformer as far as its tokens are asked for; no gradient passes.
///
/// *Source*: Dosovitskiy et al. 2021; Oquab et al. 2023 (DINOv2: layer scales, pictures of any size); Darcet et al.
/// 2023 (registers). Parity: timm and transformers.
package final class VisionTransformer: FeatureTrunk {
    package let name: String
    package let pixelScale = PixelScale.imageNet
    package let shape: VisionTransformerShape
    package let device: Device
    package let digest: String
    private let patches: Conv2d
    private let classToken: Tensor  // [1, 1, width], its position added
    private let registers: Tensor?  // [1, registers, width]
    private let positions: PositionTable
    private let blocks: [VisionTransformerBlock]
    private let norm: LayerNorm

    /// Of the layer norms; that of DINOv2's networks.
    static let eps = 1e-6

    /// Takes the network's blocks up to one.
    ///
    /// - Parameters:
    ///   - name: the family's.
    ///   - block: the deepest that will be asked for, counted from 1.
    /// - Throws: `WeightsError` that lists every missing, misshaped and unknown tensor; `TensorError`.
    package init(
        _ weights: any WeightSource, _ shape: VisionTransformerShape, name: String, to block: Int, digest: String,
        device: Device = .cpu
    ) throws {
        precondition((1...shape.depth).contains(block), "the network has no such block")
        let store = ParameterStore(weights, device: device), root = store.root
        let naming = TransformerNaming(root), width = shape.width
        let place = naming == .huggingFace ? root["embeddings"] : root
        patches = try Conv2d(
            naming == .huggingFace ? place["patch_embeddings"]["projection"] : place["patch_embed"]["proj"], 3, width,
            kernel: VisionTransformerShape.patch, stride: VisionTransformerShape.patch)
        registers =
            shape.registers > 0
            ? try place.tensor(
                naming == .timm ? "reg_token" : "register_tokens", [1, shape.registers, width], .zeros) : nil
        // timm's networks with registers have no position for the class token: it is part of the token.
        let isAdded = naming == .timm && shape.registers > 0, cells = shape.grid * shape.grid
        let table = try place.tensor(
            naming == .huggingFace ? "position_embeddings" : "pos_embed", [1, cells + (isAdded ? 0 : 1), width], .zeros)
        let own = try place.tensor("cls_token", [1, 1, width], .zeros)
        classToken = isAdded ? own : try own + table.narrow(1, start: 0, length: 1)
        positions = try PositionTable(
            table.narrow(1, start: isAdded ? 0 : 1, length: cells), grid: shape.grid,
            naming.resizing(hasRegisters: shape.registers > 0))
        let stack = naming == .huggingFace ? root["encoder"]["layer"] : root["blocks"]
        var blocks: [VisionTransformerBlock] = []
        for index in 0..<block { blocks.append(try VisionTransformerBlock(stack[index], shape, naming)) }
        self.blocks = blocks
        norm = try LayerNorm(root[naming == .huggingFace ? "layernorm" : "norm"], width, eps: Self.eps)
        try store.verify { naming.isUnused($0, deeper: block..<shape.depth) }
        (self.name, self.shape, self.device, self.digest) = (name, shape, device, digest)
    }

    /// The deepest block that can be asked for.
    package var deepest: Int { blocks.count }

    /// Tokens of pictures, as maps.
    ///
    /// - Parameters:
    ///   - pictures: `[B, 3, H, W]`, normalised, float32, on the network's device. What is less than a patch at the
    ///     right and the bottom is not seen.
    ///   - cuts: names of `TransformerCut`, none deeper than the network was loaded for.
    /// - Returns: by cut `[B, width, h, w]`, a cell a patch; a class token's map has one cell.
    package func callAsFunction(_ pictures: Tensor, cuts: Set<String>) throws(TensorError) -> [String: Tensor] {
        let wanted = cuts.compactMap { TransformerCut($0) }
        precondition(
            wanted.count == cuts.count && wanted.allSatisfy { $0.block <= blocks.count },
            "this network was not loaded for these cuts")
        let patch = VisionTransformerShape.patch
        let (batch, height, width) = (try pictures.size(0), try pictures.size(2) / patch, try pictures.size(3) / patch)
        guard height > 0, width > 0 else {
            throw TensorError(.invalidArgument, "a picture smaller than a patch of \(patch) × \(patch) pixels")
        }
        return try withoutGradients { () throws(TensorError) in
            var x = try patches(pictures).flatten(2, 3).transpose(1, 2) + positions(height: height, width: width)
            let others = [classToken, registers].compactMap { $0 }
            var parts: [Tensor] = []
            for other in others { parts.append(try other.expand([batch, other.size(1), shape.width])) }
            x = try Tensor.cat(parts + [x], 1)
            let first = 1 + shape.registers
            func map(_ tokens: Tensor) throws(TensorError) -> Tensor {
                try tokens.narrow(1, start: first, length: height * width).transpose(1, 2)
                    .reshape([batch, shape.width, height, width])
            }
            var (found, sums): ([String: Tensor], [TransformerCut: Tensor]) = ([:], [:])
            let deepest = wanted.map(\.block).max() ?? 0
            for index in 0..<deepest {
                x = try blocks[index](x)
                for cut in wanted {
                    switch cut {
                    case .mean(let range) where range.contains(index + 1):
                        sums[cut] = try sums[cut].map { sum throws(TensorError) in try sum + x } ?? x
                        if index + 1 == range.upperBound, let sum = sums[cut] {
                            found[cut.name] = try map(sum / Double(range.count))
                        }
                    case .output(index + 1): found[cut.name] = try map(x)
                    case .normed(index + 1): found[cut.name] = try map(norm(x))
                    case .classToken(index + 1):
                        found[cut.name] = try norm(x.select(1, 0)).reshape([batch, shape.width, 1, 1])
                    default: break
                    }
                }
            }
            return found
        }
    }
}
