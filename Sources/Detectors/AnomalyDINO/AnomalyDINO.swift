package import MethodKit
import ParameterKit

/// A bank of the normals' patches, as a DINOv2 sees them and some turned copies; the score is the cosine distance to
/// the nearest. Its engine half is `AnomalyDetection.AnomalyDINOEngine`.
package struct AnomalyDINO: Detector {
    package static let name = "anomalydino"
    package static let version = 1
    package static let doc =
        "the cosine distance of a transformer's patches to the nearest of the turned normals' (AnomalyDINO)"
    package static let scope = DetectorScope.perCategory
    package static let trunk = ModelRole.vit
    package static let parts = [
        ScorePart("distance", "the largest distance of a patch to the bank"),
        ScorePart("compared", "the share of patches that were compared"),
    ]

    package var settings: AnomalyDINOSettings
    package init(_ settings: AnomalyDINOSettings = AnomalyDINOSettings()) { self.settings = settings }

    package var lessons: Set<Lesson> { [.normals] }
    package var imageSize: Int { settings.imageSize }
    package var view: String {
        "\(settings.trunk.rawValue), \(settings.geometry == .squash ? "squashed" : "aspect ratio kept")"
    }

    package func phrase(model: String) -> String {
        let turns =
            settings.turns.map { $0 == 0 ? "normals as they are" : "normals and \($0) turned copies of each" }
            ?? "up to 16 normals with 7 turned copies of each, more as they are"
        let depth = settings.trunk.shape.depth
        return "AnomalyDINO on \(settings.trunk.rawValue) (\(model))"
            + (settings.block == depth ? "" : ", block \(settings.block)") + ", "
            + settings.geometry.phrase(size: settings.imageSize) + ", " + turns
            + (settings.foreground == .whole ? "" : ", foregrounds by \(settings.foreground.rawValue)")
    }

    /// `shape` is a CLIP's and says nothing of this trunk. A turned copy goes through it like a normal: a pass of
    /// training.
    package func work(on shape: TrunkShape) -> DetectorWork {
        let (own, size) = (settings.trunk.shape, settings.imageSize), width = Double(own.width)
        let side = Double(size / VisionTransformerShape.patch), patches = side * side
        let trunk = own.work(blocks: settings.block, size: size), turns = settings.turns ?? 7
        return DetectorWork(
            trunk: trunk, head: 0, step: trunk, comparison: patches * patches * width * Double(1 + turns),
            tokenBytes: 2 * patches * width, epochs: turns, stepsOverNormals: true)
    }
}
