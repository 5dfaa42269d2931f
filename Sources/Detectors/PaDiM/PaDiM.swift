package import MethodKit
import ParameterKit

/// A Gaussian of the normals' features at each place; the score is the Mahalanobis distance. Its engine half is
/// `AnomalyDetection.PaDiMEngine`.
package struct PaDiM: Detector {
    package static let name = "padim"
    package static let version = 1
    package static let doc = "the Mahalanobis distance to a Gaussian of the normals at each place (PaDiM)"
    package static let scope = DetectorScope.perCategory
    package static let trunk = ModelRole.cnn
    package static let parts = [ScorePart("distance", "the largest distance of a place, before smoothing")]

    package var settings: PaDiMSettings
    package init(_ settings: PaDiMSettings = PaDiMSettings()) { self.settings = settings }

    package var lessons: Set<Lesson> { [.normals] }
    package var imageSize: Int { settings.imageSize }
    package var view: String { settings.trunk.view(settings.layers, settings.geometry) }

    package func phrase(model: String) -> String {
        "PaDiM on \(settings.trunk.rawValue) \(settings.layers.joined(separator: "+")) (\(model)), "
            + settings.geometry.phrase(size: settings.imageSize)
            + ", \(settings.features) channels; of one normal the covariance is its ridge alone"
    }

    /// `shape` is a transformer's and says nothing of this trunk.
    package func work(on shape: TrunkShape) -> DetectorWork {
        let (trunk, size) = (settings.trunk, settings.imageSize), pixels = Double(size * size)
        let side = Double(size / (settings.layers.first.flatMap { trunk.cut($0) }?.stride ?? 4))
        return DetectorWork(
            trunk: trunk.work(to: settings.layers) * pixels, head: 0, step: 0,
            comparison: side * side * Double(settings.features),
            tokenBytes: 2 * Double(trunk.features(of: settings.layers, size: size)), epochs: 0)
    }
}
