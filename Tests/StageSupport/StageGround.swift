import AnomalyDatasets
import Foundation
package import Imaging
import ParameterKit
package import StageKit

/// An output folder with small data sets in it, on which one stage is tried alone.
package final class StageGround: Sendable {
    package let store: ArtifactStore
    package static let side = 16

    package init() {
        store = ArtifactStore(
            root: FileManager.default.temporaryDirectory.appendingPathComponent("stage-\(UUID().uuidString)"))
    }

    deinit { try? FileManager.default.removeItem(at: store.root) }

    /// Runs these jobs.
    package func run(
        _ jobs: [Job], forced: Set<String> = [], keepGoing: Bool = false, events: any RunEvents = HeardEvents()
    ) throws -> Runner.Summary {
        var options = Runner.Options()
        (options.forced, options.keepGoing) = (forced, keepGoing)
        var stages: [String] = []
        for job in jobs where !stages.contains(job.key.stage) { stages.append(job.key.stage) }
        return Runner(
            graph: try JobGraph(jobs), store: store, run: RunFolder(store: store, name: "n", asked: ""),
            stages: stages, options: options
        ).execute(events: events)
    }

    /// The object that a job of a finished run left.
    package func object(_ key: JobKey, _ summary: Runner.Summary) throws -> StoredObject {
        guard let name = summary.objects[key] else {
            throw Failure(.failed, "\(key) left nothing: \(summary.failures.map { "\($0.1)" })")
        }
        return store.object(named: name)
    }

    /// A grey disc on light ground; each number gives another grey.
    package static func picture(_ number: Int) -> Image {
        var pixels: [UInt8] = []
        for y in 0..<side {
            for x in 0..<side { pixels += [UInt8](repeating: disc[x, y] ? UInt8(60 + number) : 220, count: 3) }
        }
        return Image(width: side, height: side, channels: 3, pixels: pixels)
    }

    /// Where the disc is.
    package static let disc: Mask = {
        var mask = Mask(width: side, height: side)
        for y in 0..<side { for x in 0..<side { mask[x, y] = (x - 8) * (x - 8) + (y - 8) * (y - 8) < 40 } }
        return mask
    }()

    /// An ingested category: `normals` good pictures to train on, `defects` damaged ones and a good one to test with.
    package static func ingest(_ category: String, normals: Int = 2, defects: Int = 0, masks: Bool = true) -> Job {
        let question = "\(normals)/\(defects)/\(masks)"
        return Job(JobKey("ingest", category), version: 1, asked: ["question": .string(question)]) { context in
            func record(_ split: Split, _ defect: String, _ number: Int) throws -> ImageRecord {
                let file = "\(split.rawValue)/\(defect)/00\(number).png"
                let isDamaged = defect != "good"
                let url = context.object.data.appendingPathComponent(file)
                try DurableFile.write(Data(picture(number).png()), to: url)
                var mask: String?
                if isDamaged, masks {
                    mask = "ground_truth/\(defect)/00\(number)_mask.png"
                    try DurableFile.write(
                        Data(disc.image.png()), to: context.object.data.appendingPathComponent(mask ?? ""))
                }
                return ImageRecord(
                    id: "\(category)/\(split.rawValue)/\(defect)/00\(number)", category: category, split: split,
                    anomalous: isDamaged, defect: defect, file: file, mask: mask, width: side, height: side,
                    channels: 3, sha256: try Digest.sha256(file: url), maskSHA256: nil)
            }
            var records = try (0..<normals).map { try record(.train, "good", $0) }
            if defects > 0 {
                records.append(try record(.test, "good", 0))
                records += try (0..<defects).map { try record(.test, "hole", $0) }
            }
            try JSONLines.write(records, to: context.object.data.appendingPathComponent("index.jsonl"))
            return .complete
        }
    }

    /// Masks of the disc for the normals of an ingested category.
    package static func foreground(_ category: String) -> Job {
        Job(
            JobKey("foreground", category), version: 1, asked: [:], inputs: ["ingest": JobKey("ingest", category)]
        ) { context in
            let ingest = try IngestedCategory(folder: try context.input("ingest").data)
            let records = try ingest.trainingNormals.map { normal in
                let file = "\(normal.sha256.prefix(12)).png"
                let url = context.object.data.appendingPathComponent(file)
                try DurableFile.write(Data(disc.image.png()), to: url)
                return ForegroundRecord(
                    id: normal.id, imageSHA256: normal.sha256, file: file, sha256: try Digest.sha256(file: url),
                    method: "otsu", threshold: 128, polarity: "dark", coverage: 0.5, warnings: [])
            }
            try JSONLines.write(records, to: context.object.data.appendingPathComponent("index.jsonl"))
            return .complete
        }
    }

    /// The first `shots` normals.
    package static func sample(_ category: String, shots: Int) -> Job {
        Job(
            JobKey("sample", "\(category)/\(shots)"), version: 1, asked: ["shots": .int(shots)],
            inputs: ["ingest": JobKey("ingest", category)]
        ) { context in
            let ingest = try IngestedCategory(folder: try context.input("ingest").data)
            let sample = SampleRecord(
                category: category, shots: "\(shots)", seed: 0, order: "consecutive",
                images: ingest.trainingNormals.prefix(shots).map { .init(id: $0.id, sha256: $0.sha256) })
            let text = try JSONEncoder().encode(sample)
            try DurableFile.write(text, to: context.object.data.appendingPathComponent("sample.json"))
            return .complete
        }
    }
}
