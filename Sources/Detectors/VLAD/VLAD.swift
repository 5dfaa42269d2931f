package import MethodKit
package import ParameterKit

/// The paper's detector: adapters on a frozen CLIP, trained on generated pictures, and a memory bank of normals. Its
/// engine half is `AnomalyDetection.VLADTrainer` and `VLADDetector`.
package struct VLAD: Detector {
    package static let name = "vlad"
    package static let version = 1
    package static let doc =
        "adapters on a frozen CLIP, trained on the generated pictures, with a memory bank of normals (the paper's VLAD)"
    package static let scope = DetectorScope.allCategories
    package static let isThePapers = true
    package static let trunk = ModelRole.clip
    package static let parts = [
        ScorePart("vision_language", "S_VL: how much the picture looks like the sentences of damage"),
        ScorePart("vision_vision", "the largest distance of a patch to those of the normals"),
    ]

    package var settings: VLADSettings
    package init(_ settings: VLADSettings = VLADSettings()) { self.settings = settings }

    package var lessons: Set<Lesson> { [.normals, .synthetic, .auxiliary] }
    package var imageSize: Int { settings.imageSize }
    package var view: String { "CLIP, squashed" }
    package var files: [String: ManifestPath] { settings.prompts.map { ["prompts": $0] } ?? [:] }

    package func phrase(model: String) -> String {
        var phrase = "VLAD on \(model)"
        if let prompts = settings.prompts { phrase += ", sentences of \(prompts.written)" }
        if settings.coreset < 1 { phrase += ", a coreset of \(settings.coreset) of the normals' tokens" }
        return phrase
    }

    /// Work: in each block of the tower 12 w² for each token (attention's four products, and the two of the perceptron,
    /// which is four times as wide), and 2 w for each pair of tokens. Bytes: the tokens in half precision and the image
    /// token, 11.2 MB for ViT-L/14 at 518.
    package func work(on trunk: TrunkShape) -> DetectorWork {
        let side = settings.imageSize / trunk.patch
        let patches = Double(side * side), width = Double(trunk.width), stages = Double(settings.stages.count)
        let blocks = Double(settings.stages.max() ?? 0), tokens = patches + 1
        let adapters = patches * stages * width * Double(trunk.embedding)
        return DetectorWork(
            trunk: blocks * tokens * (12 * width * width + 2 * tokens * width), head: adapters, step: 2 * adapters,
            comparison: patches * patches * stages * Double(trunk.embedding),
            tokenBytes: patches * width * stages * 2 + 4 * Double(trunk.embedding), epochs: settings.epochs)
    }
}
