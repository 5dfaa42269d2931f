package import ParameterKit

/// PatchCore's numbers and switches.
///
/// *Source*: Roth et al. 2022, section 3; where paper and released code differ, anomalib's reading of the paper.
package struct PatchCoreSettings: Parameters {
    @Key("The network whose features are compared; `models.cnn` names its weights.")
    package var trunk = CNNFamily.wideResNet50
    @Key(
        "Layers whose features are used, from shallow to deep; the first gives the grid.",
        .each(.text(.line), count: 1...5, distinct: true),
        else: .from(
            "the layers of strides 8 and 16: `[layer2, layer3]`, of VGG16 `[conv4_3, conv5_3]`, of MobileNetV2 and the EfficientNets `[stage3, stage5]`"
        ) {
            (settings: PatchCoreSettings) in settings.trunk.layers(at: [8, 16])
        })
    package var layers = ["layer2", "layer3"]
    @Key("Pixels a side of the square that the network sees.", .in(32...2048))
    package var imageSize = 256
    @Key("Which part of a picture that is.")
    package var geometry = PictureGeometry.squash
    @Key(
        """
        Share of the normals' patches that is kept, chosen so that none is far from those kept.
        """, .or("auto", "all of up to 4 normals, a tenth of more", .above(0, to: 1)))
    package var coreset: Double? = nil
    @Key(
        "Patches of the bank around the nearest one that decide the weight of a picture's score; 1: no weight.",
        .in(1...1000), affects: .scoring)
    package var neighbours = 9

    package init() {}

    package func check(_ issues: inout Issues) { trunk.check(layers, at: $layers, &issues) }

    /// The share that is kept.
    package func share(normals: Int) -> Double { coreset ?? (normals <= 4 ? 1 : 0.1) }
}
