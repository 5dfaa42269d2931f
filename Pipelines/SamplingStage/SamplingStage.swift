package import AnomalyDatasets
import Foundation
import ParameterKit
package import StageKit

/// Stage 3: which k normal pictures of a category a run may see.
///
/// The object holds `sample.json` (`SampleRecord`): ids and SHA-256 of the chosen pictures, in the order of the choice.
package enum SamplingStage {
    package static let name = "sample"
    package static let version = 1

    /// - Parameters:
    ///   - shots: nil for all pictures.
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
            let normals = ingested.trainingNormals
            let chosen = try ShotChoice.choose(
                normals.map(\.id), category: category, shots: shots, seed: seed,
                order: order)
            let record = SampleRecord(
                category: category, shots: shots.map(String.init) ?? "full", seed: seed, order: order.rawValue,
                images: chosen.compactMap { id in ingested[id].map { .init(id: id, sha256: $0.sha256) } })
            try DurableFile.write(
                try JSONValue(encoding: record).prettyText,
                to: context.object.data.appendingPathComponent("sample.json"))
            return .complete
        }
    }
}
