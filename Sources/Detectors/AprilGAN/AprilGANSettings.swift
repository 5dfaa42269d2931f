package import ParameterKit

/// The numbers of APRIL-GAN that a manifest may change; in all else it is `VLADSettings` with the values below.
///
/// *Source*: Chen et al. 2023 (VAND challenge) and its released code. Its training data, another set's real defects,
/// are the generated pictures here, or `auxiliary`.
package struct AprilGANSettings: Parameters {
    @Key("Pixels a side that pictures are squashed to.", .in(14...2048))
    package var imageSize = 518
    @Key(
        "Blocks of the vision tower whose tokens are used, counted from 1.",
        .each(.in(1...200), count: 1...32, ascending: true))
    package var stages = [6, 12, 18, 24]
    @Key(
        """
        JSON file with `normal` and `abnormal` states, `templates` and `names` of categories, in place of the built-in ones.
        """, .optional(.path), affects: .nothing)
    package var prompts: ManifestPath? = nil
    @Key("Passes over the training pictures; its authors make 3 or 15, by the data set.", .in(0...100_000))
    package var epochs = 15
    @Key("Pictures per update.", .in(1...4096))
    package var batch = 8
    @Key("Adam's learning rate, the same in every step.", .above(0, to: 1))
    package var learningRate = 1e-3

    package init() {}

    /// As VLAD's settings: pixel losses alone, raw tokens in the bank, both branches' maps added.
    package var vlad: VLADSettings {
        var settings = VLADSettings()
        (settings.imageSize, settings.stages, settings.prompts) = (imageSize, stages, prompts)
        (settings.epochs, settings.batch, settings.learningRate) = (epochs, batch, learningRate)
        (settings.supervision, settings.omega, settings.bank) = (.pixel, 1, .raw)
        return settings
    }
}
