package import MethodKit
package import ParameterKit

/// VLAD's ancestor: the same adapters on a frozen CLIP, trained by focal and Dice loss on pixels alone, beside a bank
/// of raw tokens. Its engine half is `AnomalyDetection.AprilGANEngine`, which is VLAD's with another recipe.
package struct AprilGAN: Detector {
    package static let name = "april_gan"
    package static let version = 1
    package static let doc =
        "adapters on a frozen CLIP, trained on the generated pictures' pixels alone, with a bank of raw tokens (APRIL-GAN, VLAD's ancestor)"
    package static let scope = DetectorScope.allCategories
    package static let trunk = ModelRole.clip
    package static let parts = [
        ScorePart("vision_language", "how much the picture looks like the sentences of damage"),
        ScorePart("vision_vision", "the largest distance of a patch to those of the normals"),
        ScorePart("map", "the highest place of the map"),
    ]

    package var settings: AprilGANSettings
    package init(_ settings: AprilGANSettings = AprilGANSettings()) { self.settings = settings }

    package var lessons: Set<Lesson> { [.normals, .synthetic, .auxiliary] }
    package var imageSize: Int { settings.imageSize }
    package var view: String { "CLIP, squashed" }
    package var files: [String: ManifestPath] { settings.prompts.map { ["prompts": $0] } ?? [:] }

    package func phrase(model: String) -> String {
        "APRIL-GAN on \(model), the last of \(settings.epochs) epochs"
            + (settings.prompts.map { ", sentences of \($0.written)" } ?? "")
    }

    package func work(on shape: TrunkShape) -> DetectorWork { VLAD(settings.vlad).work(on: shape) }
}
