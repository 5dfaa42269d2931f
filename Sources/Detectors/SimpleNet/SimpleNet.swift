package import MethodKit
import ParameterKit

/// A linear adaptor on a convolutional network's patches and a small discriminator of good ones and fakes, which are
/// noise in feature space, patches of generated pictures, or both. Its engine half is
/// `AnomalyDetection.SimpleNetEngine`.
package struct SimpleNet: Detector {
    package static let name = "simplenet"
    package static let version = 1
    package static let doc =
        "a discriminator of good patches and fakes, made of noise or of the generated pictures (SimpleNet)"
    package static let scope = DetectorScope.perCategory
    package static let trunk = ModelRole.cnn
    package static let parts = [ScorePart("mean", "the mean of its patches' scores")]

    package var settings: SimpleNetSettings
    package init(_ settings: SimpleNetSettings = SimpleNetSettings()) { self.settings = settings }

    package var lessons: Set<Lesson> { settings.fakes.areGenerated ? [.normals, .synthetic] : [.normals] }
    package var imageSize: Int { settings.imageSize }
    package var view: String { settings.trunk.view(settings.layers, settings.geometry) }

    package func phrase(model: String) -> String {
        let fakes =
            switch settings.fakes {
            case .noise: "noise of \(settings.noise)"
            case .generated: "the generated pictures"
            case .both: "noise of \(settings.noise) and the generated pictures"
            }
        return "SimpleNet on \(settings.trunk.rawValue) \(settings.layers.joined(separator: "+")) (\(model)), "
            + settings.geometry.phrase(size: settings.imageSize) + ", fakes: \(fakes), the last of "
            + "\(settings.epochs) epochs"
    }

    /// `shape` is a transformer's and says nothing of this trunk. Generated pictures are counted as if there were as
    /// many in a step as normals: with fewer normals than a batch there are more.
    package func work(on shape: TrunkShape) -> DetectorWork {
        let (trunk, size) = (settings.trunk, settings.imageSize)
        let side = Double(size / (settings.layers.first.flatMap { trunk.cut($0) }?.stride ?? 8))
        let channels = Double(trunk.channels(of: settings.layers)), hidden = Double(settings.hidden)
        let adaptor = side * side * channels * channels, discriminator = side * side * (channels + 1) * hidden
        let fakes = settings.fakes
        let adapted = fakes.areGenerated ? 2 * adaptor : adaptor
        let judged = (fakes == .both ? 3 : 2) * discriminator
        return DetectorWork(
            trunk: trunk.work(to: settings.layers) * Double(size * size), head: adaptor + discriminator,
            // Forward, and both products of the way back.
            step: 3 * (adapted + judged), comparison: 0,
            tokenBytes: 2 * Double(trunk.features(of: settings.layers, size: size)), epochs: settings.epochs,
            stepsOverNormals: true)
    }
}
