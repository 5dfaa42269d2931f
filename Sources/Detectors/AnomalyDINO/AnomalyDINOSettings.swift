package import ParameterKit

/// AnomalyDINO's numbers and switches.
///
/// *Source*: Damm et al. 2025 and its released code; squashed pictures and the way objects are found are the project's.
package struct AnomalyDINOSettings: Parameters {
    /// What part of a scored picture is compared.
    package enum Foreground: String, KeyChoice {
        case whole, otsu, triangle

        package var doc: String {
            switch self {
            case .whole: "all of it"
            case .otsu:
                "patches of the object as Otsu's threshold finds it; all of it where object and ground can't be told apart"
            case .triangle: "the same with the triangle's threshold"
            }
        }
    }

    @Key("The network whose patches are compared; `models.vit` names its weights.")
    package var trunk = TransformerFamily.small
    @Key(
        "Block whose output is compared, counted from 1, behind the network's last norm.", .in(1...24),
        else: .from("the last: 12; 24 of ViT-L") { (settings: AnomalyDINOSettings) in settings.trunk.shape.depth })
    package var block = 12
    @Key("Pixels a side of the square that the network sees; a multiple of 14, its patches' side.", .in(14...2048))
    package var imageSize = 448
    @Key("How pictures are brought to that size; with `original` it is the short side's.")
    package var geometry = AspectGeometry.squash
    @Key(
        "Turned copies of each normal, evenly around the circle, besides itself.",
        .or("auto", "7 of up to 16 normals, none of more", .in(0...71)))
    package var turns: Int? = nil
    @Key(
        "What part of a scored picture is compared; outside, the distance is 0. Normals are never masked.",
        affects: .scoring)
    package var foreground = Foreground.whole

    package init() {}

    package func check(_ issues: inout Issues) {
        trunk.check(size: imageSize, at: $imageSize, &issues)
        trunk.check(block: block, at: "block", &issues)
    }

    /// Turned copies of each normal.
    package func turns(normals: Int) -> Int { turns ?? (normals <= 16 ? 7 : 0) }
}
