package import AnomalyDatasets
import Foundation
import ParameterKit
package import StageKit

/// Stage 3: which k normal pictures of a category a run may see.
///
/// A shot is a picture as it was taken: of one that was cut into tiles all tiles are chosen, and so the same
/// photographs are drawn whether or not they are cut.
///
/// The object holds `sample.json` (`SampleRecord`): ids and SHA-256 of the chosen pictures, in the order of the choice,
/// tiles row by row.
package enum SamplingStage {
    package static let name = "sample"
    package static let version = 1

    /// - Parameters:
    ///   - shots: whole pictures; nil for all.
    ///   - ingest: the category's ingest job.
    package static func job(
        subject: String, category: String, ingest: JobKey, shots: Int?, seed: Int, order: ShotChoice.Order
    ) throws -> Job {
        let asked: JSONValue = [
            "category": .string(category), "shots": shots.map { .int($0) } ?? "full", "seed": .int(seed),
            "order": .string(order.rawValue),
        ]
        return Job(
            JobKey(name, subject), version: version, asked: asked, inputs: ["ingest": ingest], category: category
        ) { context in
            let ingested = try IngestedCategory(folder: try context.input("ingest").data)
            let chosen = try ingested.normals(of: ShotChoice(shots: shots, seed: seed, order: order), in: category)
            let record = SampleRecord(
                category: category, shots: shots.map(String.init) ?? "full", seed: seed, order: order.rawValue,
                images: chosen.map { .init(id: $0.id, sha256: $0.sha256) })
            try DurableFile.write(
                try JSONValue(encoding: record).prettyText,
                to: context.object.data.appendingPathComponent("sample.json"))
            return .complete
        }
    }
}
