package import ParameterKit

/// PaDiM's numbers.
///
/// *Source*: Defard et al. 2021, sections III and IV.
package struct PaDiMSettings: Parameters {
    @Key("The network whose features are compared; `models.cnn` names its weights.")
    package var trunk = CNNFamily.resnet18
    @Key(
        "Layers whose features are used, from shallow to deep; the first gives the grid.",
        .each(.text(.line), count: 1...5, distinct: true),
        else: .from(
            "the layers of strides 4, 8 and 16: `[layer1, layer2, layer3]`, of VGG16 `[conv3_3, conv4_3, conv5_3]`, of MobileNetV2 and the EfficientNets `[stage2, stage3, stage5]`"
        ) { (settings: PaDiMSettings) in settings.trunk.layers(at: [4, 8, 16]) })
    package var layers = ["layer1", "layer2", "layer3"]
    @Key("Pixels a side of the square that the network sees.", .in(32...2048))
    package var imageSize = 256
    @Key("Which part of a picture that is.")
    package var geometry = PictureGeometry.squash
    @Key(
        "Channels of the layers that are kept, drawn with the training's seed.", .in(1...4096),
        else: .from("100; 550 for the wide network") { (settings: PaDiMSettings) in
            settings.trunk == .wideResNet50 ? 550 : 100
        })
    package var features = 100

    package init() {}

    package func check(_ issues: inout Issues) {
        trunk.check(layers, at: $layers, &issues)
        let channels = trunk.channels(of: layers)
        if channels > 0, features > channels {
            issues.add(
                "\(trunk.rawValue) has \(channels) channels in \(layers.joined(separator: ", ")), not \(features)",
                at: $features)
        }
    }
}
