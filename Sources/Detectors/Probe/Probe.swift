package import MethodKit
import ParameterKit

/// A linear head on a frozen network's patches, trained on generated pictures and normals alone: what it can tell apart,
/// the generated pictures have taught it. Its engine half is `AnomalyDetection.ProbeEngine`.
package struct Probe: Detector {
    package static let name = "probe"
    package static let version = 1
    package static let doc = "a linear head on the patches of a frozen network, trained on the generated pictures alone"
    package static let scope = DetectorScope.perCategory
    package static let trunk = ModelRole.clip
    package static let parts = [ScorePart("highest", "the highest patch, in log odds")]

    package var settings: ProbeSettings
    package init(_ settings: ProbeSettings = ProbeSettings()) { self.settings = settings }

    package var role: ModelRole { settings.trunk == .clip ? .clip : .cnn }
    package var lessons: Set<Lesson> { [.normals, .synthetic] }
    package var imageSize: Int { settings.imageSize }
    package var view: String { settings.trunk.family?.view(settings.layers, settings.geometry) ?? "CLIP, squashed" }

    package func phrase(model: String) -> String {
        let seen =
            settings.trunk.family.map { "\($0.rawValue) \(settings.layers.joined(separator: "+"))" }
            ?? "CLIP's blocks \(settings.stages.map(String.init).joined(separator: "+"))"
        return "a linear probe on \(seen) (\(model)), " + settings.geometry.phrase(size: settings.imageSize)
            + ", \(settings.labels.rawValue) labels"
    }

    package func work(on shape: TrunkShape) -> DetectorWork {
        let size = settings.imageSize
        guard let family = settings.trunk.family else {
            let side = Double(size / shape.patch), width = Double(shape.width), patches = side * side
            let channels = width * Double(settings.stages.count), tokens = patches + 1
            return DetectorWork(
                trunk: Double(settings.stages.max() ?? 0) * tokens * (12 * width * width + 2 * tokens * width),
                head: patches * channels, step: 2 * patches * channels, comparison: 0,
                tokenBytes: 2 * patches * channels, epochs: settings.steps)
        }
        let side = Double(size / (settings.layers.first.flatMap { family.cut($0) }?.stride ?? 8))
        let values = side * side * Double(family.channels(of: settings.layers))
        return DetectorWork(
            trunk: family.work(to: settings.layers) * Double(size * size), head: values, step: 2 * values,
            comparison: 0, tokenBytes: 2 * Double(family.features(of: settings.layers, size: size)),
            epochs: settings.steps)
    }
}
