import EngineLink
import EvaluationMetrics
import Foundation
import NumpyFiles
import ParameterKit
import Reporting
import StageKit

/// The patch tokens under some pictures' masks from a CLIP's tower.
struct RegionVectors {
    /// Patches of each picture.
    let counts: [Int]
    /// `[patches, width]`; nil without patches.
    let file: NumpyFile?

    /// A portion's vectors, as they are kept.
    private struct Portion: Codable {
        var counts: [Int]
        var width: Int
        var values: [Float]
    }

    /// - Parameters:
    ///   - pictures: at least one.
    ///   - name: of the scratch.
    init(
        _ pictures: [RegionPicture], model: URL, modelDigest: String, name: String, context: JobContext,
        engines: EnginePool
    ) throws {
        let portions = Portions(context: context, name: name, asked: .string(modelDigest))
        let output = context.object.work.child("\(name).npy")
        let made = try portions.results(
            Portions.parts(of: pictures), engines: engines, pictures: { "\($0.image) \($0.mask)" }
        ) { part, ask in
            try DurableFile.remove(output)
            let request = RegionRequest(model: model.path, pictures: Array(part), output: output.path)
            guard case .regions(let answer) = try ask(.regions(request)), answer.counts.count == part.count else {
                throw Failure(.internalError, "the engine answered regions with something else")
            }
            guard answer.counts.contains(where: { $0 > 0 }) else {
                return Portion(counts: answer.counts, width: 0, values: [])
            }
            let rows = try NumpyFile(try DurableFile.read(output), name: output.path)
            guard rows.height == answer.counts.reduce(0, +) else {
                throw Failure(
                    .internalError, "the engine gave \(rows.height) patches and counted others",
                    at: context.key.description)
            }
            return Portion(counts: answer.counts, width: rows.width, values: rows.values)
        }
        counts = made.flatMap(\.counts)
        let values = made.flatMap(\.values), width = made.map(\.width).max() ?? 0
        file = width > 0 ? NumpyFile(width: width, height: values.count / width, values: values) : nil
    }

    /// How many pictures have patches.
    var pictures: Int { counts.count { $0 > 0 } }
    var patches: Int { counts.reduce(0, +) }

    /// The patches of the pictures at these places, at most `RegionComparison.most` of them, evenly chosen.
    func thinned(_ places: [Int]) -> NumpyFile? {
        guard let file else { return nil }
        var first = 0
        let starts = counts.map { count in
            defer { first += count }
            return first
        }
        let rows = places.flatMap { starts[$0]..<starts[$0] + counts[$0] }, most = RegionComparison.most
        let chosen = rows.count > most ? (0..<most).map { rows[$0 * rows.count / most] } : rows
        guard !chosen.isEmpty else { return nil }
        return NumpyFile(
            width: file.width, height: chosen.count,
            values: chosen.flatMap { file.values[$0 * file.width..<($0 + 1) * file.width] })
    }
}
