import AnomalyDatasets
import EngineLink
import EvaluationMetrics
import Foundation
import ParameterKit
import Reporting
import StageKit

extension Assessment {
    /// What lies under the labels against what lies under real masks: for all pictures, and for each generator's of a
    /// mixture.
    static func regions(
        _ units: [ListedUnit], _ context: JobContext, _ parameters: AssessmentParameters, _ engines: EnginePool
    ) throws -> [RegionComparison] {
        let embed = try context.input("embed"), summary = try RealPicturesSummary(of: embed)
        let real = try RealFeatures.regions(of: embed)
        var vectors: RegionVectors?
        // Where there is nothing to compare with, the synthetic pictures need not be looked at.
        if real != nil, !units.isEmpty {
            vectors = try RegionVectors(
                units.map { unit in
                    RegionPicture(
                        image: context.store.unit(unit.imageUnit).file("image.png").path,
                        mask: context.store.unit(unit.labelUnit).file("mask.png").path)
                }, model: parameters.model, modelDigest: parameters.modelDigest, name: "regions", context: context,
                engines: engines)
        }
        // One bandwidth for all generators, from the real patches alone.
        let bandwidth = try real.flatMap { try GaussianDistance.bandwidth(of: $0) }
        func compared(_ generator: String?, _ places: [Int]) throws -> RegionComparison {
            let counts = vectors.map { vectors in places.map { vectors.counts[$0] } } ?? []
            var found = RegionComparison(
                generator: generator, patches: counts.reduce(0, +), pictures: counts.count { $0 > 0 },
                realPatches: summary.regionPatches ?? 0, realPictures: summary.regionPictures ?? 0, distance: nil,
                reason: nil)
            found.reason = RegionComparison.reason(
                patches: found.patches, pictures: found.pictures, realPatches: found.realPatches,
                realPictures: found.realPictures)
            guard found.reason == nil, let real, let own = vectors?.thinned(places) else { return found }
            guard let bandwidth else {
                found.reason = "all real patches are alike"
                return found
            }
            found.distance = try GaussianDistance.unbiased(
                FeatureRows(own, name: "synthetic patches"), real, bandwidth: bandwidth)
            return found
        }
        let names = Set(units.compactMap(\.method)).sorted()
        return try [compared(nil, Array(units.indices))]
            + names.map { name in try compared(name, units.indices.filter { units[$0].method == name }) }
    }
}
