package import MethodKit
import ParameterKit

/// A bank of the normals' patches, as a convolutional network sees them; the score is the distance to the nearest. Its
/// engine half is `AnomalyDetection.PatchCoreEngine`.
package struct PatchCore: Detector {
    package static let name = "patchcore"
    package static let version = 2
    package static let doc = "the distance of patches to the nearest of a thinned bank of the normals' (PatchCore)"
    package static let scope = DetectorScope.perCategory
    package static let trunk = ModelRole.cnn
    package static let parts = [
        ScorePart("distance", "the largest distance of a patch to the bank"),
        ScorePart("weight", "what it is multiplied by: less where the bank is sparse around that patch's neighbour"),
    ]

    package var settings: PatchCoreSettings
    package init(_ settings: PatchCoreSettings = PatchCoreSettings()) { self.settings = settings }

    package var lessons: Set<Lesson> { [.normals] }
    package var imageSize: Int { settings.imageSize }
    package var view: String { settings.trunk.view(settings.layers, settings.geometry) }

    package func phrase(model: String) -> String {
        let share = settings.coreset.map { $0 < 1 ? ", a coreset of \($0) of the patches" : ", all patches" }
        return "PatchCore on \(settings.trunk.rawValue) \(settings.layers.joined(separator: "+")) (\(model)), "
            + settings.geometry.phrase(size: settings.imageSize)
            + (share ?? ", all patches of up to 4 normals and a coreset of 0.1 of more")
    }

    /// `shape` is a transformer's and says nothing of this trunk.
    package func work(on shape: TrunkShape) -> DetectorWork {
        let (trunk, size) = (settings.trunk, settings.imageSize), pixels = Double(size * size)
        let side = Double(size / (settings.layers.first.flatMap { trunk.cut($0) }?.stride ?? 8))
        let patches = side * side, channels = Double(trunk.channels(of: settings.layers))
        return DetectorWork(
            trunk: trunk.work(to: settings.layers) * pixels, head: 0, step: 0,
            comparison: patches * patches * channels * (settings.coreset ?? 1),
            tokenBytes: 2 * Double(trunk.features(of: settings.layers, size: size)), epochs: 0)
    }
}
