import ParameterKit

/// The vision transformers that detectors can look through.
///
/// The engine's half, which knows how each is loaded and run, is `FeatureTrunks.VisionTransformer`.
package enum TransformerFamily: String, KeyChoice {
    case small = "dinov2_vits14"
    case base = "dinov2_vitb14"
    case large = "dinov2_vitl14"
    case smallWithRegisters = "dinov2_vits14_reg"
    case baseWithRegisters = "dinov2_vitb14_reg"
    case largeWithRegisters = "dinov2_vitl14_reg"

    package var doc: String {
        let size =
            switch self {
            case .small, .smallWithRegisters: "S/14"
            case .base, .baseWithRegisters: "B/14"
            case .large, .largeWithRegisters: "L/14"
            }
        return "DINOv2 ViT-\(size)" + (shape.registers > 0 ? " with registers" : "")
    }

    package var shape: VisionTransformerShape {
        switch self {
        case .small: VisionTransformerShape(width: 384, depth: 12, heads: 6)
        case .base: VisionTransformerShape(width: 768, depth: 12, heads: 12)
        case .large: VisionTransformerShape(width: 1024, depth: 24, heads: 16)
        case .smallWithRegisters: VisionTransformerShape(width: 384, depth: 12, heads: 6, registers: 4)
        case .baseWithRegisters: VisionTransformerShape(width: 768, depth: 12, heads: 12, registers: 4)
        case .largeWithRegisters: VisionTransformerShape(width: 1024, depth: 24, heads: 16, registers: 4)
        }
    }
}

/// The sizes of a vision transformer.
///
/// *Source*: Oquab et al. 2023, table 17 (DINOv2); Darcet et al. 2023 (registers).
package struct VisionTransformerShape: Sendable, Equatable {
    /// Pixels a side of a patch.
    package static let patch = 14
    package var width, depth, heads: Int
    /// Tokens without a place, beside the class token.
    package var registers: Int
    /// Patches a side of the pictures it was trained with last; its table of positions has as many.
    package var grid: Int

    package init(width: Int, depth: Int, heads: Int, registers: Int = 0, grid: Int = 37) {
        (self.width, self.depth, self.heads, self.registers, self.grid) = (width, depth, heads, registers, grid)
    }

    /// Multiply-accumulates of a square picture through the first blocks: 12 w² for each token (attention's four
    /// products, and the two of the perceptron, which is four times as wide), 2 w for each pair of tokens.
    package func work(blocks: Int, size: Int) -> Double {
        let side = Double(size / Self.patch), width = Double(width)
        let patches = side * side, tokens = patches + 1 + Double(registers)
        let embedding = patches * width * Double(3 * Self.patch * Self.patch)
        return embedding + Double(blocks) * tokens * (12 * width * width + 2 * tokens * width)
    }
}

/// A place whose tokens can be taken. Blocks are counted from 1.
package enum TransformerCut: Sendable, Hashable {
    /// The patches' tokens as a block leaves them: the residual stream.
    case output(Int)
    /// The same behind the network's last norm.
    case normed(Int)
    /// The class token behind the network's last norm; a map of one cell.
    case classToken(Int)
    /// The mean of what these blocks leave.
    case mean(ClosedRange<Int>)

    package var name: String {
        switch self {
        case .output(let block): "block\(block)"
        case .normed(let block): "block\(block).norm"
        case .classToken(let block): "block\(block).class"
        case .mean(let blocks): "blocks\(blocks.lowerBound)-\(blocks.upperBound).mean"
        }
    }

    /// The last block that it needs.
    package var block: Int {
        switch self {
        case .output(let block), .normed(let block), .classToken(let block): block
        case .mean(let blocks): blocks.upperBound
        }
    }

    /// Reads a name.
    package init?(_ name: String) {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        if parts.count == 2, parts[1] == "mean", parts[0].hasPrefix("blocks") {
            let ends = parts[0].dropFirst("blocks".count).split(separator: "-").compactMap { Int($0) }
            guard ends.count == 2, ends[0] >= 1, ends[0] <= ends[1] else { return nil }
            self = .mean(ends[0]...ends[1])
        } else if parts[0].hasPrefix("block"), let block = Int(parts[0].dropFirst("block".count)), block >= 1 {
            switch parts.dropFirst().first {
            case nil: self = .output(block)
            case "norm": self = .normed(block)
            case "class": self = .classToken(block)
            default: return nil
            }
        } else {
            return nil
        }
        guard self.name == name else { return nil }
    }
}
