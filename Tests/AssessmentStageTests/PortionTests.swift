import AnomalyDatasets
import AssessmentStage
import EngineLink
import Foundation
import NumpyFiles
import ParameterKit
import StageKit
import StageSupport
import Synchronization
import Testing

/// The engine is asked in portions, and what it has answered is not asked again.
@Suite("Work in portions")
struct PortionTests {
    private let store = ArtifactStore(
        root: FileManager.default.temporaryDirectory.appendingPathComponent("portions-\(UUID().uuidString)"))
    private static let (defective, good) = (150, 70)

    /// An engine that gives two numbers for each picture, determined by its name, and dies after `most` requests.
    private func engine(most: Int = .max, device: String = "cpu") -> FakeEngine {
        let left = Mutex(most)
        return FakeEngine(device: device) { operation throws(EngineFailure) in
            guard case .embed(let request) = operation else {
                throw EngineFailure(kind: .internalError, message: "another question")
            }
            let isAlive = left.withLock { left in
                left -= 1
                return left >= 0
            }
            guard isAlive else { throw EngineFailure(kind: .io, message: "gone") }
            let values = request.images.flatMap { path -> [Float] in
                let number = Float(Digest.seed(path.split(separator: "/").suffix(2).joined()))
                return [number / 3e9, number.truncatingRemainder(dividingBy: 1013)]
            }
            do {
                try NumpyFile(width: 2, height: request.images.count, values: values).write(to: request.output)
            } catch {
                throw EngineFailure(kind: .io, message: "\(error)")
            }
            return .embed(EmbedResult(imageSize: 32))
        }
    }

    /// How many pictures each question was about.
    private func counts(_ engine: FakeEngine) -> [Int] {
        engine.asked.compactMap { if case .embed(let request) = $0 { request.images.count } else { nil } }
    }

    private func run(_ engine: FakeEngine, forced: Set<String> = []) throws -> Runner.Summary {
        let ingest = Job(JobKey("ingest", "nut"), version: 1, asked: [:]) { context in
            let records = (0..<Self.defective + Self.good).map { number in
                let isDefective = number < Self.defective
                let defect = isDefective ? "bent" : "good"
                return ImageRecord(
                    id: "nut/test/\(defect)/\(1000 + number)", category: "nut", split: .test, anomalous: isDefective,
                    defect: defect, file: "test/\(defect)/\(1000 + number).png", mask: nil, width: 8, height: 8,
                    channels: 3, sha256: "", maskSHA256: nil)
            }
            try JSONLines.write(records, to: context.object.data.appendingPathComponent("index.jsonl"))
            return .complete
        }
        let embed = try RealFeatures.job(
            category: "nut", ingest: ingest.key, model: URL(fileURLWithPath: "/model"), modelDigest: "m",
            engines: engine.pool)
        var options = Runner.Options()
        options.forced = forced
        return Runner(
            graph: try JobGraph([ingest, embed]), store: store, run: RunFolder(store: store, name: "n", asked: ""),
            stages: ["ingest", "embed"], options: options
        ).execute(events: HeardEvents())
    }

    private func files(_ summary: Runner.Summary) throws -> [Data] {
        let object = store.object(named: try #require(summary.objects[JobKey("embed", "nut")]))
        return try ["features.npy", "features.json"].map {
            try DurableFile.read(object.data.appendingPathComponent($0))
        }
    }

    @Test("an engine that is lost costs one portion, and the bytes are those of an undisturbed run")
    func interrupted() throws {
        defer { try? FileManager.default.removeItem(at: store.root) }
        let whole = engine()
        let reference = try files(run(whole))
        #expect(counts(whole) == [64, 64, 22, 64, 6])
        let rows = try NumpyFile(reference[0], name: "features.npy")
        #expect(rows.height == Self.defective && rows.width == 2)

        try FileManager.default.removeItem(at: store.root)
        let dying = engine(most: 2)
        #expect(try run(dying).failures.count == 1)
        // The third question was asked, and never answered.
        #expect(counts(dying) == [64, 64, 22])
        let fresh = engine()
        #expect(try files(run(fresh)) == reference)
        #expect(counts(fresh) == [22, 64, 6])

        // Forced: all of them again.
        let again = engine()
        #expect(try files(run(again, forced: ["embed"])) == reference)
        #expect(counts(again) == counts(whole))
    }

    @Test("what another engine said is not mixed in")
    func otherEngine() throws {
        defer { try? FileManager.default.removeItem(at: store.root) }
        _ = try run(engine(most: 2))
        let other = engine(device: "cuda:0")
        #expect(try run(other).failures.isEmpty)
        #expect(counts(other) == [64, 64, 22, 64, 6])
    }
}
