package import ManifestKit

/// A CLIP's vision tower, as far as its cost depends on it.
package struct VisionShape: Sendable, Equatable {
    package var width: Int
    package var patch: Int
    /// Of the joint space that adapters map to.
    package var embedding: Int

    package init(width: Int, patch: Int, embedding: Int) {
        (self.width, self.patch, self.embedding) = (width, patch, embedding)
    }

    /// The paper's.
    package static let vitL14 = VisionShape(width: 1024, patch: 14, embedding: 768)
}

/// What VLAD costs, counted in multiply-accumulates and bytes.
package struct DetectorCost: Sendable, Equatable {
    package var shape: VisionShape
    /// Patches of a picture.
    package var patches: Int
    /// Blocks that are run: up to the last whose tokens are used.
    package var blocks: Int
    package var stages: Int
    package var epochs: Int

    package init(_ section: TrainingSection, shape: VisionShape) {
        let side = section.imageSize / shape.patch
        (self.shape, patches, epochs) = (shape, side * side, section.epochs)
        (blocks, stages) = (section.stages.max() ?? 0, section.stages.count)
    }

    /// The tokens of a picture that training starts from, in half precision, and its image token: 11.2 MB for ViT-L/14
    /// at 518.
    package var tokenBytes: Double { Double(patches * shape.width * stages * 2 + 4 * shape.embedding) }

    /// One picture through the tower: in each block 12 w² for a token (attention's four products, the two of the
    /// perceptron, which is four times as wide), and 2 w for each pair of tokens.
    package var trunk: Double {
        let tokens = Double(patches + 1), width = Double(shape.width)
        return Double(blocks) * tokens * (12 * width * width + 2 * tokens * width)
    }

    /// One picture through the adapters and back to their weights.
    package var step: Double { 2 * adapters }
    package var adapters: Double { Double(patches * stages) * Double(shape.width * shape.embedding) }

    /// A test picture against one normal of the memory bank.
    package var comparison: Double { Double(patches) * Double(patches) * Double(stages * shape.embedding) }

    /// Multiply-accumulates of one forward pass of SD 1.5's UNet at 64×64, by which these are turned into seconds.
    package static let pass = 401.6e9
}
