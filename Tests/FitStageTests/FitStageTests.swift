import AnomalyDatasets
import DetectorEvaluation
import Detectors
import EngineLink
import FitStage
import Foundation
import Imaging
import MethodKit
import ParameterKit
import StageKit
import StageSupport
import Synchronization
import Testing

/// The fit stage alone, with an engine that writes down what it is given.
@Suite("The fit stage")
struct FitStageTests {
    private let ground = StageGround()

    private func parameters(
        normals: FitParameters.Normals = .raw,
        decoder: (model: URL, digest: String, dtype: String)? = nil, auxiliary: FitParameters.Auxiliary? = nil,
        categories: [String] = ["nut"], aside: HeldAside? = nil
    ) -> FitParameters {
        FitParameters(
            detector: FittedDetector(
                VLAD(), model: (url: URL(fileURLWithPath: "/models/clip"), digest: "c"), files: [:]),
            seed: 3, normals: normals, decoder: decoder,
            categories: categories.map { .init(name: $0, className: "\($0) of brass") }, auxiliary: auxiliary,
            aside: aside, cacheLimit: 1 << 20)
    }

    /// A job that leaves a list of units, each with a picture and a label.
    private func generate(_ category: String, count: Int) -> Job {
        Job(JobKey("generate", category), version: 1, asked: ["count": .int(count)]) { context in
            let lines = try (0..<count).map { number in
                let unit = context.store.unit(String(Digest.sha256("\(category)/\(number)").prefix(24)))
                let scratch = context.object.work.appendingPathComponent(unit.id)
                try DurableFile.makeFolder(scratch)
                try Data(StageGround.picture(number).png()).write(to: scratch.appendingPathComponent("image.png"))
                for name in ["soft.png", "mask.png"] {
                    try Data(StageGround.disc.image.png()).write(to: scratch.appendingPathComponent(name))
                }
                let record = try unit.commit(
                    ["unit": .string(unit.id)], files: ["image.png", "soft.png", "mask.png"], from: scratch)
                try DurableFile.remove(scratch)
                return ListedUnit(unit: unit.id, record: record, anomaly: "bent", source: nil)
            }
            try JSONLines.write(lines, to: context.object.data.appendingPathComponent("list.jsonl"))
            return .complete
        }
    }

    /// The inputs of one category's part, and the jobs behind them.
    private func part(
        _ category: String, role: String = "", shots: Int = 2, generated: Int = 3, defects: Int = 0, masks: Bool = true
    ) -> (jobs: [Job], inputs: [String: JobKey]) {
        let ingest = StageGround.ingest(category, defects: defects, masks: masks)
        let sample = StageGround.sample(category, shots: shots), made = generate(category, count: generated)
        return (
            [ingest, sample, made],
            [
                "\(role)ingest:\(category)": ingest.key, "\(role)sample:\(category)": sample.key,
                "\(role)generate:\(category)": made.key,
            ]
        )
    }

    /// Leaves two files, one of them in a folder.
    private static func fitting() -> FakeEngine {
        FakeEngine { operation throws(EngineFailure) in
            do {
                switch operation {
                case .fit(let request):
                    let output = URL(fileURLWithPath: request.output)
                    try FileManager.default.createDirectory(
                        at: output.appendingPathComponent("banks"), withIntermediateDirectories: true)
                    try Data("weights".utf8).write(to: output.appendingPathComponent("adapters.safetensors"))
                    try Data("bank".utf8).write(to: output.appendingPathComponent("banks/nut.safetensors"))
                    return .fitted(FitResult(facts: ["losses": [2, 1]]))
                case .reconstruct(let request):
                    for path in request.outputs {
                        try Data(StageGround.picture(0).png()).write(to: URL(fileURLWithPath: path))
                    }
                    return .reconstruct
                default: throw EngineFailure(kind: .internalError, message: "another question")
                }
            } catch let failure as EngineFailure {
                throw failure
            } catch {
                throw EngineFailure(kind: .io, message: "\(error)")
            }
        }
    }

    private func run(
        _ parameters: FitParameters, _ parts: [(jobs: [Job], inputs: [String: JobKey])], engine: FakeEngine
    ) throws -> (summary: Runner.Summary, key: JobKey) {
        let job = FitStage.job(
            subject: "vlad", inputs: parts.reduce(into: [:]) { $0.merge($1.inputs) { first, _ in first } },
            parameters: parameters, engines: engine.pool)
        return (try ground.run(parts.flatMap(\.jobs) + [job]), job.key)
    }

    private func request(_ engine: FakeEngine) throws -> FitRequest {
        let requests = engine.asked.compactMap { if case .fit(let request) = $0 { request } else { nil } }
        #expect(requests.count == 1)
        return try #require(requests.first)
    }

    private func failure(_ run: (summary: Runner.Summary, key: JobKey)) throws -> Failure {
        try #require(run.summary.failures.first?.1 as? Failure)
    }

    @Test("generated pictures with their labels, then the chosen normals, category after category")
    func samples() throws {
        let engine = Self.fitting()
        let fitted = try run(
            parameters(categories: ["nut", "bolt"]), [part("nut"), part("bolt", shots: 1, generated: 2)],
            engine: engine)
        let samples = try request(engine).samples
        #expect(samples.map(\.anomalous) == [true, true, true, false, false, true, true, false])
        #expect(
            samples.map(\.className)
                == Array(repeating: "nut of brass", count: 5) + Array(repeating: "bolt of brass", count: 3))
        for sample in samples {
            #expect((sample.softLabel != nil) == sample.anomalous)
            #expect(sample.softLabel?.hasSuffix("/soft.png") ?? true)
            #expect(FileManager.default.fileExists(atPath: sample.image))
        }
        let object = try ground.object(fitted.key, fitted.summary)
        #expect(
            try StoredObject.files(under: object.data).sorted()
                == ["adapters.safetensors", "banks/nut.safetensors", "fit.json"])
        let record = try JSONValue(parsing: DurableFile.read(object.data.appendingPathComponent("fit.json")))
        #expect(record == ["samples": 8, "anomalous": 5, "facts": ["losses": [2, 1]]])
        let asked = try request(engine)
        #expect(asked.seed == 3 && asked.call.models == ["clip": "/models/clip"] && asked.cache?.limit == 1 << 20)
    }

    @Test("what is held aside is not learnt from, and makes another fit; normals of few shots stay")
    func heldAside() throws {
        let all = Self.fitting(), rest = Self.fitting()
        let whole = try run(parameters(), [part("nut", generated: 10)], engine: all)
        let aside = try #require(HeldAside(share: 0.3))
        let fitted = try run(parameters(aside: aside), [part("nut", generated: 10)], engine: rest)
        let (before, after) = (try request(all).samples, try request(rest).samples)
        #expect(before.count { $0.anomalous } == 10 && after.count { $0.anomalous } == 7)
        #expect(after.filter { !$0.anomalous } == before.filter { !$0.anomalous })
        #expect(Set(after.map(\.image)).isSubset(of: before.map(\.image)))
        #expect(whole.summary.objects[whole.key] != fitted.summary.objects[fitted.key])
    }

    @Test("a picture of the pool that was changed is never learnt from")
    func changedPicture() throws {
        _ = try run(parameters(), [part("nut")], engine: Self.fitting())
        let unit = ground.store.unit(String(Digest.sha256("nut/1").prefix(24)))
        try Data("changed".utf8).write(to: unit.file("soft.png"))
        let engine = Self.fitting()
        let failure = try failure(run(parameters(), [part("nut", shots: 1)], engine: engine))
        #expect(failure.status == .badData)
        #expect(failure.description.contains("soft.png") && failure.place?.contains(unit.id) == true, "\(failure)")
        #expect(engine.asked.isEmpty)
    }

    @Test("reconstructed normals come from the decoder; without one the manifest is at fault")
    func reconstructed() throws {
        let without = try failure(
            run(parameters(normals: .reconstructed), [part("nut")], engine: Self.fitting()))
        #expect(without.status == .badManifest && without.place == "models.diffusion")
        let engine = Self.fitting()
        let decoder = (model: URL(fileURLWithPath: "/models/sd"), digest: "d", dtype: "float32")
        _ = try run(parameters(normals: .reconstructed, decoder: decoder), [part("nut")], engine: engine)
        guard case .reconstruct(let asked)? = engine.asked.first else {
            Issue.record("the decoder was not asked first")
            return
        }
        #expect(asked.images.count == 2 && asked.model == "/models/sd")
        let normals = try request(engine).samples.filter { !$0.anomalous }.map(\.image)
        #expect(normals == asked.outputs)
    }

    @Test("an auxiliary test split is learnt from with its masks; a damaged picture without one is refused by name")
    func auxiliaryTests() throws {
        let auxiliary = FitParameters.Auxiliary(
            use: .testSplit, categories: [.init(name: "pcb", className: "board")])
        let engine = Self.fitting()
        _ = try run(
            parameters(auxiliary: auxiliary), [part("nut"), part("pcb", role: FitStage.auxiliaryRole, defects: 2)],
            engine: engine)
        let boards = try request(engine).samples.filter { $0.className == "board" }
        #expect(boards.count { $0.anomalous } == 2 && boards.count { !$0.anomalous } == 1)
        #expect(boards.allSatisfy { ($0.softLabel?.contains("ground_truth/hole") ?? false) == $0.anomalous })

        let failure = try failure(
            run(
                parameters(auxiliary: auxiliary),
                [part("nut"), part("pcb", role: FitStage.auxiliaryRole, defects: 2, masks: false)],
                engine: Self.fitting()))
        #expect(failure.status == .badData)
        #expect(failure.place?.hasPrefix("pcb/test/hole/") == true, "\(failure)")
    }

    @Test("an engine that fails leaves no object; the next run goes on with its checkpoints")
    func failing() throws {
        let dying = FakeEngine { operation throws(EngineFailure) in
            if case .fit(let request) = operation {
                do {
                    try FileManager.default.createDirectory(atPath: request.work, withIntermediateDirectories: true)
                    try Data("step 7".utf8).write(to: URL(fileURLWithPath: request.work + "/checkpoint"))
                } catch {
                    throw EngineFailure(kind: .io, message: "\(error)")
                }
            }
            throw EngineFailure(kind: .outOfMemory, message: "no memory")
        }
        let failed = try run(parameters(), [part("nut")], engine: dying)
        #expect(try failure(failed).status == .failed)
        #expect(failed.summary.objects[failed.key] == nil)
        let found = Mutex<Data?>(nil)
        let fresh = FakeEngine { operation throws(EngineFailure) in
            if case .fit(let request) = operation {
                let checkpoint = FileManager.default.contents(atPath: request.work + "/checkpoint")
                found.withLock { $0 = checkpoint }
                do {
                    try Data("weights".utf8).write(to: URL(fileURLWithPath: request.output + "/a.safetensors"))
                } catch {
                    throw EngineFailure(kind: .io, message: "\(error)")
                }
            }
            return .fitted(FitResult(facts: .object([:])))
        }
        #expect(try run(parameters(), [part("nut")], engine: fresh).summary.failures.isEmpty)
        #expect(found.withLock { $0 } == Data("step 7".utf8))
    }
}
