package import MethodKit
import ParameterKit

/// One principal component analysis of the normals' patches; the score is what it can't explain. Its engine half is
/// `AnomalyDetection.SubspaceADEngine`.
package struct SubspaceAD: Detector {
    package static let name = "subspacead"
    package static let version = 1
    package static let doc =
        "what the principal components of the turned normals' patches can't explain of a transformer's patches (SubspaceAD)"
    package static let scope = DetectorScope.perCategory
    package static let trunk = ModelRole.vit
    package static let parts = [ScorePart("residual", "the largest squared residual of a patch")]

    package var settings: SubspaceADSettings
    package init(_ settings: SubspaceADSettings = SubspaceADSettings()) { self.settings = settings }

    package var lessons: Set<Lesson> { [.normals] }
    package var imageSize: Int { settings.imageSize }
    package var view: String {
        "\(settings.trunk.rawValue) blocks \(settings.range.lowerBound)-\(settings.range.upperBound), squashed"
    }

    package func phrase(model: String) -> String {
        let turns =
            settings.turns.map { $0 == 0 ? "normals as they are" : "normals and \($0) turned copies of each" }
            ?? "up to 16 normals with 30 turned copies of each, more as they are"
        return "SubspaceAD on the mean of blocks \(settings.range.lowerBound) to \(settings.range.upperBound) of "
            + "\(settings.trunk.rawValue) (\(model)), pictures squashed to \(settings.imageSize), \(turns), "
            + "\(settings.variance) of the variance"
    }

    /// `shape` is a CLIP's and says nothing of this trunk. A turned copy goes through it like a normal: a pass of
    /// training.
    package func work(on shape: TrunkShape) -> DetectorWork {
        let (own, size) = (settings.trunk.shape, settings.imageSize), width = Double(own.width)
        let side = Double(size / VisionTransformerShape.patch), patches = side * side
        let trunk = own.work(blocks: settings.range.upperBound, size: size)
        return DetectorWork(
            trunk: trunk, head: patches * width * width, step: trunk + patches * width * width, comparison: 0,
            tokenBytes: 2 * patches * width, epochs: settings.turns ?? 30, stepsOverNormals: true)
    }
}
