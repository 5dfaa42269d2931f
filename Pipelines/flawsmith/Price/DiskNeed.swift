import Forecasting
import ManifestSections
import MethodKit
import StageKit

/// What a manifest's results may take on disk.
struct DiskNeed {
    /// From nothing; nil where the pictures' sizes aren't known yet.
    let bytes: Double?

    /// - Throws: what the survey of the data set throws.
    init(_ manifest: Manifest, store: ArtifactStore) throws {
        let known = try KnownSizes(manifest, store: store)
        let detectors = manifest.namedDetectors.map { name, detector in
            (name: name, work: detector.work(on: TrunkShape(of: manifest.models[detector.role])))
        }
        bytes =
            RunForecast(
                manifest, categories: known.categories, auxiliary: known.auxiliary, parts: nil, detectors: detectors,
                detectorSeconds: nil
            ).total.bytes
    }
}
