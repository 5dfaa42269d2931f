package import ManifestSections
import ParameterKit
package import StageKit

extension Manifest {
    /// - Throws: `Failure` 78 for categories that the manifest names and its data sets lack, with the data set that was
    ///   meant.
    package func checkCategories(among known: [String], auxiliary others: [String]) throws(Failure) {
        let unknown = unknownCategories(among: known, auxiliary: others)
        guard !unknown.isEmpty else { return }
        let isOther = unknown.allSatisfy { $0.hasPrefix("auxiliary.") }
        throw Failure(
            .badManifest, unknown.joined(separator: "\n"),
            at: (isOther ? self.auxiliary?.path : nil)?.written ?? self.dataset.path.written)
    }
}
