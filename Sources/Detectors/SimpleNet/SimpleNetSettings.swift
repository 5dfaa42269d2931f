package import ParameterKit

/// SimpleNet's numbers and switches.
///
/// *Source*: Liu et al. 2023 and its released code; generated pictures as fakes follow GLASS (Chen et al. 2024). The
/// released code keeps the epoch that is best on the test set; here the last one counts.
package struct SimpleNetSettings: Parameters {
    /// What good patches are told from.
    package enum Fakes: String, KeyChoice {
        case noise, generated, both

        package var doc: String {
            switch self {
            case .noise: "the normals' own patches with noise added (the paper's); generated pictures are not looked at"
            case .generated:
                "patches of generated pictures, each as far as its label marks it; the rest of a patch counts as good"
            case .both: "both kinds, counting alike"
            }
        }
        package var areDrawn: Bool { self != .generated }
        package var areGenerated: Bool { self != .noise }
    }

    @Key("The network whose features are told apart; `models.cnn` names its weights.")
    package var trunk = CNNFamily.wideResNet50
    @Key(
        "Layers whose features are used, from shallow to deep; the first gives the grid.",
        .each(.text(.line), count: 1...5, distinct: true),
        else: .from("the layers of strides 8 and 16, as `patchcore` has them") {
            (settings: SimpleNetSettings) in settings.trunk.layers(at: [8, 16])
        })
    package var layers = ["layer2", "layer3"]
    @Key("Pixels a side of the square that the network sees; its authors' are 288.", .in(32...2048))
    package var imageSize = 256
    @Key("Which part of a picture that is.")
    package var geometry = PictureGeometry.squash
    @Key("What the discriminator learns to tell from good patches.")
    package var fakes = Fakes.noise
    @Key("Standard deviation of the noise, which is added to adapted features.", .above(0, to: 100))
    package var noise = 0.015
    @Key("Good patches above this score and fakes below its negative cost nothing.", .above(0, to: 100))
    package var margin = 0.5
    @Key("Channels between the discriminator's two layers.", .in(1...16384))
    package var hidden = 1024
    @Key("Passes over the normals.", .in(1...100_000))
    package var epochs = 160
    @Key("Normals per update, and as many generated pictures where fakes are made of these.", .in(1...4096))
    package var batch = 8
    @Key("AdamW's learning rate for the adaptor.", .above(0, to: 1))
    package var adaptorRate = 1e-4
    @Key("Adam's learning rate for the discriminator.", .above(0, to: 1))
    package var discriminatorRate = 2e-4

    package init() {}

    package func check(_ issues: inout Issues) { trunk.check(layers, at: $layers, &issues) }
}
