import AnomalyDatasets
import DetectionStage
import DetectorEvaluation
import Detectors
import EngineLink
import Foundation
import Imaging
import MethodKit
import NumpyFiles
import ParameterKit
import StageKit
import StageSupport
import Synchronization
import Testing

/// Thresholds and new pictures, with an engine that scores a picture by its grey: damage is bright.
@Suite("Thresholds and new pictures")
struct CalibrationTests {
    private let ground = StageGround()

    /// The middle pixel's grey; normals have 60 and their number.
    private static func engine(dies after: Int = .max) -> FakeEngine {
        let left = Mutex(after)
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
                        let image = try Image(contentsOf: item.image)
                        let grey = Double(image[image.width / 2, image.height / 2])
                        try NumpyFile(width: 2, height: 2, values: [0, 0, 0, Float(grey)]).write(to: item.output)
                        return AppliedItem(score: grey, parts: ["part": grey])
                    })
            } catch {
                throw EngineFailure(kind: .io, message: "\(error)")
            }
        }
    }

    private static let detector = FittedDetector(
        VLAD(), model: (url: URL(fileURLWithPath: "/models/clip"), digest: "c"), files: [:])

    private static let fit = Job(JobKey("fit", "vlad"), version: 1, asked: [:]) { context in
        try DurableFile.write("weights", to: context.object.data.appendingPathComponent("weights"))
        return .complete
    }

    /// Bright pictures, of two kinds.
    private static func generate(_ count: Int) -> Job {
        Job(JobKey("generate", "nut"), version: 1, asked: ["count": .int(count)]) { context in
            let lines = try (0..<count).map { number in
                let unit = context.store.unit(String(Digest.sha256("nut/\(number)").prefix(24)))
                let scratch = context.object.work.appendingPathComponent(unit.id)
                try DurableFile.makeFolder(scratch)
                try Data(StageGround.picture(100 + number).png()).write(to: scratch.appendingPathComponent("image.png"))
                let record = try unit.commit(["unit": .string(unit.id)], files: ["image.png"], from: scratch)
                try DurableFile.remove(scratch)
                return ListedUnit(
                    unit: unit.id, record: record, anomaly: number % 2 == 0 ? "bent" : "cut",
                    source: "nut/train/good/000")
            }
            try JSONLines.write(lines, to: context.object.data.appendingPathComponent("list.jsonl"))
            return .complete
        }
    }

    private func run(
        _ engine: FakeEngine, normals: Int = 12, generated: Int = 30, events: HeardEvents = HeardEvents()
    ) throws -> (summary: Runner.Summary, key: JobKey) {
        let ingest = StageGround.ingest("nut", normals: normals), sample = StageGround.sample("nut", shots: 1)
        let made = Self.generate(generated)
        let job = Calibration.job(
            subject: "nut/vlad", category: "nut",
            inputs: ["ingest": ingest.key, "sample": sample.key, "generate": made.key, "fit": Self.fit.key],
            parameters: CalibrationParameters(
                detector: Self.detector, className: "nut", aside: try #require(HeldAside(share: 0.2)),
                cacheLimit: 1 << 20),
            engines: engine.pool)
        return (try ground.run([ingest, sample, made, Self.fit, job], events: events), job.key)
    }

    private func items(_ engine: FakeEngine) -> [[ApplyItem]] {
        engine.asked.compactMap { if case .score(let request) = $0 { request.items } else { nil } }
    }

    @Test(
        "normals outside the sample and held-aside pictures are scored, nothing else; the record says what came of it")
    func threshold() throws {
        let engine = Self.engine()
        let (summary, key) = try run(engine)
        let object = try ground.object(key, summary)
        let threshold = try Calibration.threshold(of: object)
        #expect(threshold.rule == .f1 && threshold.normals == 11 && threshold.generated == 6)
        // Normals: 61…71, generated ones from 160 on.
        #expect(threshold.flaggedNormals == 0 && threshold.foundGenerated == 6)
        #expect((threshold.value ?? 0) > 71 && (threshold.value ?? 0) < 190)
        let asked = items(engine).flatMap(\.self).map(\.image)
        #expect(asked.count == 17 && Set(asked).count == 17)
        #expect(!asked.contains { $0.hasSuffix("train/good/000.png") || $0.contains("/test/") })
        guard case .score(let request)? = engine.asked.first else { throw Failure(.failed, "nothing was asked") }
        #expect(request.references.count == 1 && request.references[0].hasSuffix("train/good/000.png"))
        #expect(try StoredObject.files(under: object.data) == ["held_aside.jsonl", "threshold.json"])
    }

    @Test("what was scored before an engine died is not scored again")
    func interrupted() throws {
        #expect(try run(Self.engine(dies: 1)).summary.failures.count == 1)
        let fresh = Self.engine()
        #expect(try run(fresh).summary.failures.isEmpty)
        #expect(items(fresh).map(\.count) == [8, 1])
    }

    @Test("too few: no threshold, and the run says so")
    func few() throws {
        let events = HeardEvents()
        let (summary, key) = try run(Self.engine(), normals: 3, generated: 4, events: events)
        let threshold = try Calibration.threshold(of: ground.object(key, summary))
        #expect(threshold.rule == .none && threshold.value == nil)
        #expect(
            events.notices.contains { $0.hasPrefix("threshold: none: 2 normals and 2 generated") }, "\(events.notices)")
    }

    // MARK: - New pictures

    private func scorer(tiles: TileRule? = nil) throws -> NewPictures {
        let scratch = ground.store.root.appendingPathComponent("scratch")
        try DurableFile.makeFolder(scratch)
        return NewPictures(
            detector: Self.detector, artefact: URL(fileURLWithPath: "/fitted"), references: ["/normal.png"],
            className: "nut", tiles: tiles, range: nil, cache: nil, scratch: scratch)
    }

    private func file(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = ground.store.root.appendingPathComponent(name)
        try DurableFile.write(Data(bytes), to: file)
        return file.path
    }

    @Test("a picture that can't be read stops no other, and each is told of in order")
    func unreadable() throws {
        var paths = try (0..<9).map { try file("\($0).png", StageGround.picture($0).png()) }
        let whole = try StageGround.picture(50).png()
        paths.insert(try file("short.png", Array(whole.prefix(whole.count / 2))), at: 1)
        paths.insert(ground.store.root.path + "/none.png", at: 4)
        let engine = Self.engine()
        var told: [String] = []
        try scorer().score(paths, engines: engine.pool) { outcome in
            switch outcome {
            case .scored(let picture):
                told.append(picture.path)
                let map = try NumpyFile(DurableFile.read(picture.map), name: "map")
                #expect(map.values.last == Float(picture.score))
            case .unreadable(let path, let error):
                told.append(path)
                #expect(error is ImageError || (error as? Failure)?.status == .inputMissing)
            }
        }
        #expect(told == paths)
        #expect(items(engine).map(\.count) == [6, 3])
    }

    @Test("a larger picture is cut as the run's were: the highest tile's score, one map of its size")
    func tiles() throws {
        var picture = Image(width: 40, height: 16, colour: [10, 10, 10])
        for y in 0..<16 { for x in 24..<40 { picture[x, y] = 200 } }
        let path = try file("wide.png", picture.png())
        let engine = Self.engine()
        var found: [NewPictures.Scored] = []
        try scorer(tiles: TileRule(size: 16, overlap: 4)).score([path], engines: engine.pool) { outcome in
            if case .scored(let picture) = outcome { found.append(picture) }
        }
        #expect(items(engine).map(\.count) == [3] && found.count == 1)
        #expect(found.first?.score == 200 && found.first?.parts == ["part": 200])
        let map = try NumpyFile(DurableFile.read(try #require(found.first).map), name: "map")
        #expect(map.width == 40 && map.height == 16)
        // What engines were given of it is gone, the map alone stays.
        #expect(try StoredObject.files(under: ground.store.root.appendingPathComponent("scratch")) == ["0.npy"])
    }
}
