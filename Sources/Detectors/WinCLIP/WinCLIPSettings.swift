package import ParameterKit

/// WinCLIP's numbers and switches.
///
/// *Source*: Jeong et al. 2023, as anomalib has it.
package struct WinCLIPSettings: Parameters {
    @Key("Pixels a side that pictures are squashed to; 240 is ViT-B/16+'s own size.", .in(14...2048))
    package var imageSize = 240
    @Key(
        "Sides of the windows in patches, besides the whole picture and single patches.",
        .each(.in(2...64), count: 1...8, ascending: true))
    package var windows = [2, 3]
    /// The paper leaves it open; among its reimplementations those with 0.07 come close to its figures, those with 0.01
    /// do not.
    @Key("Cosines are divided by it before the softmax.", .above(0, to: 100), affects: .scoring)
    package var temperature = 0.07
    @Key(
        "Whether sentences alone decide (WinCLIP), or the normals, too (WinCLIP+): the nearest of their patches and windows.",
        affects: .scoring)
    package var zeroShot = false
    @Key(
        """
        JSON file with `normal` and `abnormal` states, `templates` and `names` of categories, in place of the built-in ones.
        """, .optional(.path), affects: .nothing)
    package var prompts: ManifestPath? = nil

    package init() {}
}
