package import MethodKit
package import ParameterKit

/// CLIP on windows of a picture: sentences of damage score each, and the normals' nearest windows and patches add what
/// sentences don't say. Nothing is trained. Its engine half is `AnomalyDetection.WinCLIPEngine`.
package struct WinCLIP: Detector {
    package static let name = "winclip"
    package static let version = 1
    package static let doc =
        "sentences of damage against windows of a picture, with the normals' nearest windows beside them (WinCLIP+)"
    package static let scope = DetectorScope.perCategory
    package static let trunk = ModelRole.clip
    package static let parts = [
        ScorePart("language", "how much the whole picture looks like the sentences of damage"),
        ScorePart("association", "the largest distance of a place to the normals; 0 where they are not looked at"),
    ]

    package var settings: WinCLIPSettings
    package init(_ settings: WinCLIPSettings = WinCLIPSettings()) { self.settings = settings }

    package var lessons: Set<Lesson> { [.normals] }
    package var imageSize: Int { settings.imageSize }
    package var files: [String: ManifestPath] { settings.prompts.map { ["prompts": $0] } ?? [:] }
    private var sides: String { settings.windows.map { "\($0)×\($0)" }.joined(separator: " and ") }
    package var view: String { "CLIP windows of \(sides) patches, squashed" }

    package func phrase(model: String) -> String {
        "WinCLIP\(settings.zeroShot ? "" : "+") on \(model), windows of \(sides) patches, pictures squashed to "
            + "\(settings.imageSize), " + (settings.zeroShot ? "sentences alone" : "sentences and normals")
            + (settings.prompts.map { ", sentences of \($0.written)" } ?? "")
    }

    /// Each window is a short pass of its own through the tower.
    package func work(on shape: TrunkShape) -> DetectorWork {
        let side = max(settings.imageSize / shape.patch, 1)
        let width = Double(shape.width), patches = Double(side * side)
        func pass(_ tokens: Double) -> Double {
            Double(shape.layers) * tokens * (12 * width * width + 2 * tokens * width)
        }
        var (trunk, comparison, kept) = (pass(patches + 1), patches * patches * width, patches * width)
        for window in settings.windows {
            let places = Double(max(side - window + 1, 0)), count = places * places
            trunk += count * pass(Double(window * window) + 1)
            comparison += count * count * Double(shape.embedding)
            kept += count * Double(shape.embedding)
        }
        return DetectorWork(
            trunk: trunk, head: 0, step: 0, comparison: settings.zeroShot ? 0 : comparison, tokenBytes: 4 * kept,
            epochs: 0)
    }
}
