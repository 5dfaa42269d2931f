package import ParameterKit

/// SubspaceAD's numbers.
///
/// *Source*: its paper (Lendering et al. 2026) and released code. Their trunk is a larger one, DINOv2 ViT-g with
/// registers; `dinov2_vitl14_reg` is the code's own default.
package struct SubspaceADSettings: Parameters {
    @Key("The network whose patches are compared; `models.vit` names its weights.")
    package var trunk = TransformerFamily.largeWithRegisters
    @Key(
        "First and last of the blocks whose outputs are averaged, counted from 1.",
        .each(.in(1...24), count: 2...2, ascending: true),
        else: .from("`[7, 13]`; `[4, 10]` of networks with 12 blocks, where nobody has published any") {
            (settings: SubspaceADSettings) in settings.trunk.shape.depth == 24 ? [7, 13] : [4, 10]
        })
    package var blocks = [7, 13]
    @Key(
        "Pixels a side that pictures are squashed to; a multiple of 14, the patches' side.", .in(14...2048))
    package var imageSize = 672
    @Key(
        "Copies of each normal besides itself, turned by angles drawn with the training's seed, with black corners.",
        .or("auto", "30 of up to 16 normals, none of more", .in(0...1000)))
    package var turns: Int? = nil
    @Key("Share of the normals' variance that the subspace holds at least.", .above(0, to: 1))
    package var variance = 0.99

    package init() {}

    package func check(_ issues: inout Issues) {
        trunk.check(size: imageSize, at: $imageSize, &issues)
        if let first = blocks.first, let last = blocks.last {
            trunk.check(block: last, at: "blocks", &issues)
            if first > last { issues.add("the first of the blocks is behind the last", at: "blocks") }
        }
    }

    /// Turned copies of each normal.
    package func turns(normals: Int) -> Int { turns ?? (normals <= 16 ? 30 : 0) }
    /// The blocks, counted from 1.
    package var range: ClosedRange<Int> { (blocks.first ?? 1)...(blocks.last ?? 1) }
}
