package import MethodKit
import ParameterKit

/// Prompts for CLIP learned on the normals alone, against prompts of damage made from them, beside a bank of the
/// normals' patches. Its engine half is `AnomalyDetection.PromptADEngine`.
package struct PromptAD: Detector {
    package static let name = "promptad"
    package static let version = 1
    package static let doc =
        "prompts learned on the normals alone, with a bank of their patches in two blocks of CLIP (PromptAD)"
    package static let scope = DetectorScope.perCategory
    package static let trunk = ModelRole.clip
    package static let parts = [
        ScorePart("language", "how much the whole picture looks like the prompts of damage"),
        ScorePart("association", "the largest distance of a patch to the normals'"),
    ]

    package var settings: PromptADSettings
    package init(_ settings: PromptADSettings = PromptADSettings()) { self.settings = settings }

    package var lessons: Set<Lesson> { [.normals] }
    package var imageSize: Int { settings.imageSize }
    package var view: String { "CLIP blocks \(settings.blocks.map(String.init).joined(separator: "+")), squashed" }

    package func phrase(model: String) -> String {
        "PromptAD on \(model), pictures squashed to \(settings.imageSize), cosines times \(settings.scale), the last of "
            + "\(settings.epochs) epochs"
    }

    /// A step's work is the text tower's and doesn't grow with the normals; it is left out.
    package func work(on shape: TrunkShape) -> DetectorWork {
        let side = Double(max(settings.imageSize / shape.patch, 1)), width = Double(shape.width)
        let patches = side * side, tokens = patches + 1, blocks = Double(settings.blocks.count)
        return DetectorWork(
            // Attention's two paths share three of five products.
            trunk: Double(shape.layers) * tokens * (13 * width * width + 4 * tokens * width), head: 0, step: 0,
            comparison: patches * patches * width * blocks,
            tokenBytes: 4 * patches * (width * blocks + Double(shape.embedding)), epochs: 0)
    }
}
