package import MethodKit
package import ParameterKit

/// PaDiM on CLIP's tokens: one Gaussian for each place of the grid.
///
/// *Source*: Defard et al., PaDiM, ICPR 2020: mean and covariance of each patch place over the normals, of a random
/// part of the channels, 0.01 added to the diagonal; the anomaly map is Mahalanobis' distance.
package struct PaDiM: Detector {
    package struct Settings: Parameters {
        @Key("Pixels a side that pictures are resized to.", .in(14...2048))
        package var imageSize = 224
        @Key("Block of the vision tower whose tokens are used, counted from 1.", .in(1...200))
        package var stage = 12
        @Key("Channels that are kept, chosen by the seed.", .in(1...1024))
        package var channels = 32

        package init() {}
    }

    package static let name = "padim"
    package static let version = 1
    package static let doc = "a Gaussian for each place of the picture, on CLIP's tokens"
    package static let scope = DetectorScope.perCategory
    package static let trunk = ModelRole.clip
    package static let parts = [ScorePart("distance", "the largest Mahalanobis distance of the grid")]

    package var settings: Settings
    package init(_ settings: Settings = Settings()) { self.settings = settings }

    package var lessons: Set<Lesson> { [.normals] }
    package var imageSize: Int { settings.imageSize }

    package func phrase(model: String) -> String { "PaDiM on \(model)" }

    package func work(on trunk: TrunkShape) -> DetectorWork {
        let side = settings.imageSize / trunk.patch, places = Double(side * side), width = Double(trunk.width)
        let channels = Double(settings.channels)
        return DetectorWork(
            trunk: Double(settings.stage) * (places + 1) * (12 * width * width + 2 * (places + 1) * width),
            head: places * channels * channels, step: 0, comparison: 0, tokenBytes: 0, epochs: 0)
    }
}
