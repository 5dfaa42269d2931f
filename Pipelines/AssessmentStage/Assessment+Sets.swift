import AnomalyDatasets
import EngineLink
import EvaluationMetrics
import Foundation
import StageKit

// What synthetic pictures are worth as a set.

extension Assessment {
    /// KID against the real defective pictures; nil with fewer than two of either.
    static func kid(
        _ units: [ListedUnit], _ context: JobContext, _ parameters: AssessmentParameters, _ engine: EngineRoom
    ) throws -> Double? {
        guard units.count > 1, let real = try RealFeatures.features(of: try context.input("embed")), real.count > 1
        else { return nil }
        let file = context.object.work.appendingPathComponent("features.npy")
        let images = units.map { context.store.unit($0.unit).file("image.png").path }
        _ = try RealFeatures.embed(images, model: parameters.model, output: file, context: context, engine: engine)
        return try KernelDistance.unbiased(try RealFeatures.rows(file), real)
    }

    /// IC-LPIPS, group by group.
    static func diversity(
        _ units: [ListedUnit], normals: IngestedCategory, _ context: JobContext, weights: URL, _ engine: EngineRoom
    ) throws -> [DiversityGroup] {
        let references = try normals.images(of: try SampleRecord(folder: try context.input("sample").data))
        let places = Dictionary(
            references.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        let pictures = units.map { unit in
            DiversityPicture(
                image: context.store.unit(unit.unit).file("image.png").path,
                mask: context.store.unit(unit.labelUnit).file("mask.png").path,
                kind: unit.anomaly, source: unit.source.flatMap { places[$0] })
        }
        let request = DiversityRequest(
            weights: weights.path, pictures: pictures, references: references.map { normals.url($0.file).path })
        guard case .diversity(let answer) = try engine.answer(.diversity(request), context) else {
            throw Failure(.internalError, "the engine answered diversity with something else")
        }
        return answer.groups
    }
}
