package import ParameterKit

/// VLAD's numbers and switches.
///
/// *Source*: paper sections 4.2, 5.1, A.1, A.2; what the paper leaves open is pinned by the project.
package struct VLADSettings: Parameters {
    /// What the training is supervised by (*Source*: the paper's Table 4).
    package enum Supervision: String, KeyChoice {
        case image, pixel
        case both = "image+pixel"

        package var doc: String {
            switch self {
            case .image: "the image loss alone"
            case .pixel: "the pixel losses alone"
            case .both: "both"
            }
        }
    }

    /// What the vision-language image score is made of; the paper does not say.
    package enum ImageScore: String, KeyChoice {
        /// The image token through a linear adapter that starts as the identity.
        case adapter
        /// The maximum over pixels of the mean over stages of the upsampled vision-language map.
        case map
        case both

        package var doc: String {
            switch self {
            case .adapter: "from the adapted image token"
            case .map: "the maximum of the vision-language map"
            case .both: "their mean"
            }
        }
    }

    /// Which tokens the memory bank compares; the paper adapts them, its ancestors don't.
    package enum Bank: String, KeyChoice {
        case adapted, raw

        package var doc: String {
            switch self {
            case .adapted: "the stages' tokens after their adapters (the paper's)"
            case .raw: "as the vision tower gives them"
            }
        }
    }

    /// The paper's 512 is not a multiple of CLIP's patch size, 14.
    @Key("Pixels a side that pictures are resized to.", .in(14...2048), paper: 512)
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
    @Key("Passes over the training pictures; 0: untrained adapters.", .in(0...100_000))
    package var epochs = 200
    @Key("Pictures per update.", .in(1...4096))
    package var batch = 16
    @Key("Adam's learning rate at the start; it falls to 0 along a cosine.", .above(0, to: 1))
    package var learningRate = 1e-4
    @Key("Weight of the pixel losses.", .from(0, to: 1000))
    package var omega = 6.0
    /// With 0, an empty label with an empty prediction would divide by 0.
    @Key("Beta of the adapted Dice loss.", .above(0, to: 1))
    package var beta = 0.1
    @Key("Which losses are used.")
    package var supervision = Supervision.both
    @Key("What an image's vision-language score is.")
    package var imageScore = ImageScore.adapter

    @Key(
        "Weights of the vision-language and the vision-vision branch.", .each(.from(0, to: 1000), count: 2...2),
        affects: .scoring)
    package var weights = [1.0, 1.0]
    /// Without training M_VL is noise, while S_VL is CLIP's own.
    @Key(
        "The same for the anomaly map alone; `[0, 1]` where the adapters are untrained.",
        .each(.from(0, to: 1000), count: 2...2), affects: .scoring,
        else: .from("`weights`") { (settings: VLADSettings) in settings.weights })
    package var mapWeights = [1.0, 1.0]
    @Key("Tokens that the memory bank of normals compares.", affects: .scoring)
    package var bank = Bank.adapted
    @Key(
        """
        Share of the bank's tokens that is kept, chosen so that none is far from those kept; 1: all, the search is exact.
        """, .above(0, to: 1), affects: .scoring)
    package var coreset = 1.0

    package init() {}

    package func check(_ issues: inout Issues) {
        for (key, weights) in [("weights", weights), ("map_weights", mapWeights)]
        where weights.allSatisfy({ $0 == 0 }) && (key == "weights" || $mapWeights.isWritten) {
            issues.add("expected at least one weight above 0", at: key)
        }
    }
}
