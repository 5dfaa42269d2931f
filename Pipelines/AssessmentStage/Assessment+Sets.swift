import AnomalyDatasets
import EngineLink
import EvaluationMetrics
import Foundation
import ParameterKit
import StageKit

// Figures of the synthetic pictures as a set.

extension Assessment {
    /// KID against the real defective pictures; nil with fewer than two of either.
    static func kid(
        _ units: [ListedUnit], _ context: JobContext, _ parameters: AssessmentParameters, _ engines: EnginePool
    ) throws -> Double? {
        guard units.count > 1, let real = try RealFeatures.features(of: try context.input("embed")), real.count > 1
        else { return nil }
        let vectors = try PictureVectors(
            units.map { context.store.unit($0.imageUnit).file("image.png").path }, model: parameters.model,
            modelDigest: parameters.modelDigest, name: "vectors", context: context, engines: engines)
        return try KernelDistance.unbiased(try vectors.rows("synthetic pictures"), real)
    }

    /// IC-LPIPS, group by group.
    static func diversity(
        _ units: [ListedUnit], normals: IngestedCategory, _ context: JobContext, weights: URL, digest: String,
        _ engines: EnginePool
    ) throws -> [DiversityGroup] {
        let references = try normals.images(of: try SampleRecord(folder: try context.input("sample").data))
        let places = Dictionary(
            references.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        let pictures = units.map { unit in
            DiversityPicture(
                image: context.store.unit(unit.imageUnit).file("image.png").path,
                mask: context.store.unit(unit.labelUnit).file("mask.png").path,
                kind: unit.anomaly, source: unit.source.flatMap { places[$0] })
        }
        let files = references.map { normals.url($0.file).path }
        let scratch = Portions(
            context: context, name: "diversity", asked: [.string(digest), .array(files.map { .string($0) })])
        let groups = try scratch.results(
            portions(of: pictures), engines: engines,
            pictures: { picture in
                "\(picture.image) \(picture.mask ?? "") \(picture.kind) \(picture.source ?? -1)"
            }
        ) { part, ask in
            let request = DiversityRequest(weights: weights.path, pictures: Array(part), references: files)
            guard case .diversity(let answer) = try ask(.diversity(request)) else {
                throw Failure(.internalError, "the engine answered diversity with something else")
            }
            return answer.groups
        }
        return groups.flatMap(\.self)
    }

    /// Portions of whole groups, in the engine's order: by kind, then by reference. Pictures without a source join the
    /// reference they look most like, so a kind with such pictures stays together.
    private static func portions(of pictures: [DiversityPicture]) -> [ArraySlice<DiversityPicture>] {
        var groups: [ArraySlice<DiversityPicture>] = []
        for (_, kind) in Dictionary(grouping: pictures, by: \.kind).sorted(by: { $0.key < $1.key }) {
            guard kind.allSatisfy({ $0.source != nil }) else {
                groups.append(kind[...])
                continue
            }
            let sources = Dictionary(grouping: kind, by: { $0.source ?? -1 }).sorted { $0.key < $1.key }.map(\.value)
            for group in sources {
                if let last = groups.last, last.first?.kind == group[0].kind,
                    last.count + group.count <= Portions.pictures
                {
                    groups[groups.count - 1] += group
                } else {
                    groups.append(group[...])
                }
            }
        }
        return groups
    }
}
