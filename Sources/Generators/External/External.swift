package import MethodKit
package import ParameterKit

/// Pictures and masks that were made elsewhere, used unchanged.
package struct External: TakenGenerator, MaskedSource {
    package struct Settings: Parameters {
        @Key(
            """
            Needed where this method is used: a folder, or an archive, of `<category>/<anomaly>/{image,mask}/…` or \
            `<category>/{test,ground_truth}/<anomaly>/…`, such as an export. The anomalies are those that are found there.
            """, .optional(.path), affects: .nothing)
        package var path: ManifestPath? = nil
        @Key("How its masks become damage.")
        package var masks = MaskKeys()
        package init() {}
    }

    package static let name = "external"
    package static let version = 1
    package static let doc = "pictures and masks made elsewhere"
    package static let label = LabelOrigin.own
    package static let sourceKey = "path"

    package var settings: Settings
    package init(_ settings: Settings = Settings()) { self.settings = settings }

    package var source: ManifestPath? { settings.path }
    package var maskKeys: MaskKeys { settings.masks }
    package var labelMeaning: String { "The soft label is the one that the picture came with, or its mask." }

    package func phrase(models: [ModelRole: String]) -> String {
        "pictures made elsewhere, from \(settings.path?.written ?? "nowhere")"
    }
}
