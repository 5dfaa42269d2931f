import AnomalyDatasets
import DetectionStage
import DetectorEvaluation
import Detectors
import EngineLink
import Foundation
import MethodKit
import NumpyFiles
import ParameterKit
import StageKit
import StageSupport
import Synchronization
import Testing

/// Only detection, with an engine whose score and map for a picture are determined by its name.
@Suite("Detection")
struct DetectionStageTests {
    private let ground = StageGround()
    /// Eleven defective pictures and a good one: two portions.
    private static let defects = 11

    private static func scoring(most: Int = .max) -> FakeEngine {
        let left = Mutex(most)
        return FakeEngine { operation throws(EngineFailure) in
            guard case .score(let request) = operation else {
                throw EngineFailure(kind: .internalError, message: "another question")
            }
            let isAlive = left.withLock { left in
                left -= 1
                return left >= 0
            }
            guard isAlive else { throw EngineFailure(kind: .io, message: "gone") }
            do {
                return .applied(
                    try request.items.map { item in
                        let number = Float(item.image.hasSuffix("good/000.png") ? 0 : 1)
                        let values = (0..<16).map { number * Float($0) }
                        try NumpyFile(width: 4, height: 4, values: values).write(to: item.output)
                        return AppliedItem(score: Double(number), parts: ["part": 0.5], facts: ["seen": true])
                    })
            } catch {
                throw EngineFailure(kind: .io, message: "\(error)")
            }
        }
    }

    private func run(_ engine: FakeEngine, forced: Set<String> = []) throws -> (summary: Runner.Summary, key: JobKey) {
        let ingest = StageGround.ingest("nut", defects: Self.defects), sample = StageGround.sample("nut", shots: 1)
        let fit = Job(JobKey("fit", "vlad"), version: 1, asked: [:]) { context in
            try DurableFile.write("weights", to: context.object.data.appendingPathComponent("weights"))
            return .complete
        }
        let job = Detection.job(
            subject: "vlad/nut", category: "nut",
            inputs: ["ingest": ingest.key, "sample": sample.key, "fit": fit.key],
            parameters: DetectionParameters(
                detector: FittedDetector(
                    VLAD(), model: (url: URL(fileURLWithPath: "/models/clip"), digest: "c"), files: [:]),
                className: "nut", comparison: MapComparison(smoothing: 0), cacheLimit: 1 << 20),
            engines: engine.pool)
        return (try ground.run([ingest, sample, fit, job], forced: forced), job.key)
    }

    private func asked(_ engine: FakeEngine) -> [Int] {
        engine.asked.compactMap { if case .score(let request) = $0 { request.items.count } else { nil } }
    }

    /// The folder of the detection that was begun.
    private func begun() throws -> URL {
        let objects = ground.store.root.appendingPathComponent("objects")
        let names = try FileManager.default.contentsOfDirectory(atPath: objects.path).filter { $0.hasPrefix("detect-") }
        return objects.appendingPathComponent("\(try #require(names.first))/data")
    }

    @Test("what was scored before an engine died is not scored again")
    func interrupted() throws {
        let dying = Self.scoring(most: 1)
        #expect(try run(dying).summary.failures.count == 1)
        #expect(asked(dying) == [8, 4])
        let fresh = Self.scoring()
        let whole = try run(fresh)
        #expect(asked(fresh) == [4])
        let object = try ground.object(whole.key, whole.summary)
        let metrics = try JSONValue(parsing: DurableFile.read(object.data.appendingPathComponent("metrics.json")))
        #expect(metrics["i_auroc"]?.number == 1, "\(metrics)")
        let again = Self.scoring()
        _ = try run(again)
        #expect(again.asked.isEmpty)
    }

    @Test("forced: every picture is scored again")
    func forced() throws {
        _ = try run(Self.scoring())
        let again = Self.scoring()
        #expect(try run(again, forced: ["detect"]).summary.failures.isEmpty)
        #expect(asked(again) == [8, 4])
    }

    @Test("a map that was damaged since is made again, alone")
    func damagedMap() throws {
        _ = try run(Self.scoring(most: 1))
        let map = try begun().appendingPathComponent("units/00003/map.npy")
        try Data("no map".utf8).write(to: map)
        let fresh = Self.scoring()
        #expect(try run(fresh).summary.failures.isEmpty)
        #expect(asked(fresh) == [5])
        #expect(try NumpyFile(DurableFile.read(map), name: "map.npy").width == 4)
    }

    @Test("a map or record that can't be read is an error that names it, and nothing is scored")
    func unreadable() throws {
        for name in ["map.npy", "record.json"] {
            _ = try run(Self.scoring(most: 1))
            let file = try begun().appendingPathComponent("units/00003/\(name)")
            // A folder in its place can't be read as a file, even by root.
            try FileManager.default.removeItem(at: file)
            try FileManager.default.createDirectory(at: file, withIntermediateDirectories: false)
            let engine = Self.scoring()
            let failure = try #require(run(engine).summary.failures.first?.1 as? Failure)
            #expect(failure.status == .io)
            #expect(failure.description.contains("units/00003/\(name)"), "\(failure)")
            #expect(engine.asked.isEmpty)
            try FileManager.default.removeItem(at: ground.store.root)
        }
    }
}
