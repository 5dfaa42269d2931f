import AnomalyDatasets
package import EngineLink
import EvaluationMetrics
package import Foundation
import NumpyFiles
import ParameterKit
import Reporting
package import StageKit

/// A part of stage 7: a CLIP's features of a category's real defective pictures, for KID, and the KID of the good test
/// pictures for comparison. They don't depend on samples or generated pictures, so one object serves all shot counts
/// and seeds.
///
/// The object holds `features.npy`, `[pictures, embedding]`, where there is any defective picture, `regions.npy`,
/// `[patches, width]`, where any of them has a mask, and `features.json`.
package enum RealFeatures {
    package static let name = "embed"
    package static let version = 4

    /// - Parameter model: folder of the CLIP.
    package static func job(category: String, ingest: JobKey, model: URL, modelDigest: String, engines: EnginePool)
        throws -> Job
    {
        let asked: JSONValue = ["model": .string(modelDigest)]
        return Job(
            JobKey(name, category), version: version, asked: asked, inputs: ["ingest": ingest], category: category
        ) { context in
            let ingest = try IngestedCategory(folder: try context.input("ingest").data)
            let (defective, good) = (ingest.tests.filter(\.anomalous), ingest.tests.filter { !$0.anomalous })
            let data = context.object.data
            func embedded(_ pictures: [ImageRecord], _ name: String) throws -> PictureVectors {
                try PictureVectors(
                    pictures.map { ingest.url($0.file).path }, model: model, modelDigest: modelDigest, name: name,
                    context: context, engines: engines)
            }
            var summary = RealPicturesSummary(pictures: defective.count)
            if !defective.isEmpty {
                let vectors = try embedded(defective, "defective")
                summary.imageSize = vectors.imageSize
                if defective.count > 1, good.count > 1 {
                    summary.kidOfGood = try KernelDistance.unbiased(
                        try embedded(good, "good").rows("good test pictures"),
                        try vectors.rows("defective test pictures"))
                }
                try DurableFile.write(vectors.file.data, to: data.child("features.npy"))
            }
            let masked = defective.compactMap { picture in
                picture.mask.map { RegionPicture(image: ingest.url(picture.file).path, mask: ingest.url($0).path) }
            }
            if !masked.isEmpty {
                let regions = try RegionVectors(
                    masked, model: model, modelDigest: modelDigest, name: "regions", context: context, engines: engines)
                (summary.regionPatches, summary.regionPictures) = (regions.patches, regions.pictures)
                if let file = regions.thinned(Array(masked.indices)) {
                    try DurableFile.write(file.data, to: data.child("regions.npy"))
                }
            }
            try summary.write(to: data)
            return .complete
        }
    }

    /// The vectors of a finished object; nil without pictures.
    static func features(of object: StoredObject) throws -> FeatureRows? {
        guard try RealPicturesSummary(of: object).pictures > 0 else { return nil }
        return try rows(object.data.child("features.npy"))
    }

    /// The patches under the masks of a finished object's pictures; nil where there are none.
    static func regions(of object: StoredObject) throws -> FeatureRows? {
        guard try RealPicturesSummary(of: object).regionPatches ?? 0 > 0 else { return nil }
        return try rows(object.data.child("regions.npy"))
    }

    private static func rows(_ file: URL) throws -> FeatureRows {
        try FeatureRows(NumpyFile(try DurableFile.read(file), name: file.path), name: file.path)
    }
}
