import AnomalyDatasets
package import EngineLink
import EvaluationMetrics
package import Foundation
import NumpyFiles
import ParameterKit
import Reporting
package import StageKit

/// A part of stage 7: the real defective pictures of a category as a CLIP sees them, for KID, and how far the good test
/// pictures are from them, its yardstick. They depend on nothing that is sampled or generated, so that one object
/// serves all shot counts and seeds.
///
/// The object holds `features.npy`, `[pictures, embedding]`, where there is any defective picture, and `features.json`.
package enum RealFeatures {
    package static let name = "embed"
    package static let version = 3

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
            let data = context.object.data, work = context.object.work
            func embedded(_ pictures: [ImageRecord], _ name: String) throws -> (file: URL, size: Int) {
                let file = work.appendingPathComponent(name)
                let images = pictures.map { ingest.url($0.file).path }
                return (
                    file,
                    try engines.borrow { try embed(images, model: model, output: file, context: context, engine: $0) }
                )
            }
            var summary = RealPicturesSummary(pictures: defective.count)
            if !defective.isEmpty {
                let (file, size) = try embedded(defective, "features.npy")
                summary.imageSize = size
                if defective.count > 1, good.count > 1 {
                    summary.kidOfGood = try KernelDistance.unbiased(
                        try rows(try embedded(good, "good.npy").file), try rows(file))
                }
                try DurableFile.syncFile(file)
                try DurableFile.rename(file, to: data.appendingPathComponent("features.npy"))
            }
            try summary.write(to: data)
            return .complete
        }
    }

    /// The vectors of a finished object; nil without pictures.
    static func features(of object: StoredObject) throws -> FeatureRows? {
        guard try RealPicturesSummary(of: object).pictures > 0 else { return nil }
        return try rows(object.data.appendingPathComponent("features.npy"))
    }

    static func rows(_ file: URL) throws -> FeatureRows {
        try FeatureRows(NumpyFile(try DurableFile.read(file), name: file.path), name: file.path)
    }

    /// Writes the pictures' vectors and says at which size they were taken.
    static func embed(_ images: [String], model: URL, output: URL, context: JobContext, engine: EngineRoom) throws
        -> Int
    {
        let request = EmbedRequest(model: model.path, images: images, output: output.path)
        guard case .embed(let result) = try engine.answer(.embed(request), context) else {
            throw Failure(.internalError, "the engine answered embed with something else")
        }
        return result.imageSize
    }
}

extension EngineRoom {
    /// Asks within a job: progress and notices are the job's, a failure ends it.
    func answer(_ operation: EngineOperation, _ context: JobContext) throws(Failure) -> EngineResult {
        do throws(EngineFailure) {
            return try call(
                operation, progress: { done, total, _ in context.progress(done, of: total) },
                notice: { context.notice($0) })
        } catch {
            throw Failure(
                ExitStatus(code: error.kind.exitCode), error.message, at: context.key.description)
        }
    }
}
