import AnomalyAnnotation
import AnomalyDatasets
import EngineLink
import Foundation
import GenerationStage
import Generators
import Imaging
import MethodKit
import ParameterKit
import PictureGate
import StageKit
import StageSupport
import Synchronization
import Testing

/// The gate in the generate stage, with an engine that draws rectangles of which it is known how they score.
@Suite("The gate")
struct GateTests {
    private let ground = StageGround()
    private typealias Request = GenerationParameters.Request

    private static func settings(_ change: (inout GateSettings) -> Void = { _ in }) -> GateSettings {
        var settings = GateSettings()
        // The discs of these pictures are small.
        (settings.enabled, settings.largest, settings.cells) = (true, 0.6, 16)
        change(&settings)
        return settings
    }

    private static let models: [ModelRole: GenerationParameters.Model] = [
        .diffusion: .init(url: URL(fileURLWithPath: "/models/sd"), digest: "d")
    ]

    private func parameters(
        _ generator: any Generator = CUT(), images: Int = 3, batch: Int = 1, gate: GateSettings? = settings()
    ) -> GenerationParameters {
        var parameters = GenerationParameters(
            generator: generator, models: generator is CUT ? Self.models : [:],
            annotation: .init(source: .difference, threshold: 0.5),
            requests: [
                Request(anomaly: "bent", phrases: ["bent"], prompt: "a bent nut", share: 2),
                Request(anomaly: "cut", phrases: ["cut"], prompt: "a cut nut", share: 1),
            ], imagesPerNormal: images, batch: batch, seed: 5)
        parameters.gate = gate
        return parameters
    }

    private func jobs(_ parameters: GenerationParameters, shots: Int, _ engine: FakeEngine) throws -> [Job] {
        let sample = StageGround.sample("nut", shots: shots)
        let job = try GenerationStage.job(
            subject: "nut/\(shots)", category: "nut",
            inputs: [
                "ingest": JobKey("ingest", "nut"), "foreground": JobKey("foreground", "nut"), "sample": sample.key,
            ], parameters: parameters, engines: engine.pool)
        return [StageGround.ingest("nut"), StageGround.foreground("nut"), sample, job]
    }

    private func run(
        _ parameters: GenerationParameters, shots: Int = 2, engine: FakeEngine = DrawingEngine.unused,
        forced: Set<String> = [],
        keepGoing: Bool = false, events: HeardEvents = HeardEvents(), on ground: StageGround? = nil
    ) throws -> (summary: Runner.Summary, key: JobKey) {
        let jobs = try jobs(parameters, shots: shots, engine)
        let summary = try (ground ?? self.ground).run(jobs, forced: forced, keepGoing: keepGoing, events: events)
        return (summary, JobKey("generate", "nut/\(shots)"))
    }

    private func units(_ run: (summary: Runner.Summary, key: JobKey), on ground: StageGround? = nil) throws
        -> [ListedUnit]
    {
        try GenerationStage.units(of: (ground ?? self.ground).object(run.key, run.summary))
    }

    private func accounts(_ run: (summary: Runner.Summary, key: JobKey)) throws -> [GateAccount] {
        try GenerationStage.accounts(of: ground.object(run.key, run.summary))
    }

    @Test("pictures that pass at once are those of a run without the gate, in the same units")
    func same() throws {
        let plain = try units(run(parameters(gate: nil), engine: DrawingEngine.engine { _, _ in .damaged }))
        let gated = try run(parameters())
        let lines = try units(gated)
        #expect(lines.map(\.unit) == plain.map(\.unit) && lines.map(\.label) == plain.map(\.label))
        #expect(plain.allSatisfy { $0.quality == nil } && lines.allSatisfy { $0.quality != nil })
        #expect(try accounts(gated).allSatisfy { $0.chosen == 0 && $0.keep == true && $0.generator == "cut" })
        // And the list without the gate is still there under its own name.
        #expect(try run(parameters(gate: nil)).summary.ran == 0)
        // A generator of this process likewise.
        let local = try units(run(parameters(CutPaste(), gate: nil)))
        let loose = Self.settings { ($0.change, $0.outside, $0.overlap, $0.smallest, $0.largest) = (0, 1, 0, 0, 1) }
        #expect(try units(run(parameters(CutPaste(), gate: loose))).map(\.unit) == local.map(\.unit))
    }

    @Test("a picture that fails is drawn again with a derived seed; what failed is counted and never listed")
    func again() throws {
        let events = HeardEvents(), asked = parameters(images: 9)
        let made = try run(asked, engine: DrawingEngine.moody, events: events)
        let lines = try units(made), accounts = try accounts(made)
        let passed = accounts.filter { $0.chosen != nil }
        #expect(accounts.count == 18 && lines.count == passed.count)
        #expect(lines.map(\.unit) == passed.compactMap { $0.tries.last?.unit })
        #expect(accounts.contains { $0.tries.count > 1 } && accounts.contains { $0.tries.count == 1 })
        let failed = Set(accounts.flatMap { $0.tries.filter { !$0.passed }.map(\.unit) })
        #expect(!failed.isEmpty && failed.isDisjoint(with: lines.map(\.unit)))
        for account in accounts {
            #expect(account.tries.map(\.passed) == account.tries.map { $0.seed % 2 == 0 })
            #expect(Set(account.tries.map(\.seed)).count == account.tries.count)
            #expect(account.tries.first?.unit == account.picture)
            for (number, attempt) in account.tries.enumerated() {
                let unit = ground.store.unit(attempt.unit), record = try unit.record()
                #expect(try unit.damage().isEmpty)
                #expect(record["seed"]?.int == attempt.seed && record["try"]?.int == (number == 0 ? nil : number + 1))
                #expect(attempt.failed == (attempt.passed ? [] : [.change, .overlap]))
            }
            let home = ground.store.unit(try #require(account.account))
            #expect(try home.damage().isEmpty && home.record()["picture"]?.string == account.picture)
        }
        #expect(events.notices.contains { $0.contains("of 18 pictures passed") && $0.contains("change") })
        // Fewer shots share all of it.
        let one = try run(parameters(images: 9), shots: 1)
        #expect(try units(one) == Array(lines.filter { $0.source == "nut/train/good/000" }))
        // Nothing to do, and what failed isn't drawn again when the list is lost.
        #expect(try run(asked).summary.ran == 0)
        try DurableFile.remove(ground.object(made.key, made.summary).folder)
        for unit in failed { try DurableFile.remove(ground.store.unit(unit).folder) }
        #expect(try units(run(asked)) == lines)
    }

    @Test("another threshold or limit judges what is there, and draws only what is new")
    func thresholds() throws {
        _ = try run(parameters(images: 9), engine: DrawingEngine.moody)
        let counting = DrawingEngine.engine { seed, _ in seed % 2 == 0 ? .damaged : .unchanged }
        let more = try run(parameters(images: 9, gate: Self.settings { $0.tries = 9 }), engine: counting)
        #expect(try accounts(more).allSatisfy { $0.chosen != nil })
        #expect(counting.asked.count < 18)
        // Nobody drew the first four tries again.
        let lax = Self.settings { ($0.change, $0.overlap) = (0, 0) }
        #expect(try units(run(parameters(images: 9, gate: lax))).count == 18)
    }

    @Test("checks decide by what is wrong", arguments: [false, true])
    func checks(spoilt: Bool) throws {
        let engine = DrawingEngine.engine { _, prompt in prompt == "a cut nut" ? .damaged : spoilt ? .spoilt : .black }
        let outcome = try run(parameters(gate: Self.settings { $0.tries = 2 }), engine: engine)
        let failure = try #require(outcome.summary.failures.first?.1 as? Failure)
        #expect(failure.status == .badData)
        #expect(failure.message.hasPrefix("none of 4 pictures of bent passed the gate in 2 tries: "))
        #expect(failure.message.contains("outside failed 8, the nearest had "), "\(failure)")
        #expect(
            failure.message.contains("at most 0.5 % of the picture (quality.outside, quality.contrast)"), "\(failure)")
        #expect(failure.message.contains("blank failed 8") == !spoilt, "\(failure)")
        #expect("\(failure)".contains("/units/"))
        // It stopped after the limit, and asks for nothing more.
        #expect(engine.asked.count == 2 * 4 + 2)
        #expect(try run(parameters(gate: Self.settings { $0.tries = 2 })).summary.failures.count == 1)
    }

    @Test("a picture that never passes is left out and named; the others of its kind stay")
    func givenUp() throws {
        let seen = Mutex<Set<UInt32>>([])
        // The first picture's seeds are learnt from a run of that picture alone.
        let spy = DrawingEngine.engine { seed, _ in
            _ = seen.withLock { $0.insert(seed) }
            return .unchanged
        }
        let other = StageGround()
        _ = try run(parameters(images: 1), shots: 1, engine: spy, on: other)
        let hopeless = seen.withLock { $0 }
        #expect(hopeless.count == 4)
        let events = HeardEvents()
        let made = try run(
            parameters(), engine: DrawingEngine.engine { seed, _ in hopeless.contains(seed) ? .unchanged : .damaged },
            events: events)
        #expect(try units(made).map(\.anomaly) == ["bent", "cut", "bent", "bent", "cut"])
        #expect(try accounts(made).map { $0.chosen != nil } == [false, true, true, true, true, true])
        #expect(made.summary.missingUnits.isEmpty && made.summary.failures.isEmpty)
        #expect(
            events.notices.contains {
                $0.contains("1 of 4 pictures of bent are left out") && $0.contains("quality.change")
            })
    }

    @Test("one run, or any shares of its parts in any order, leave the same bytes")
    func parts() throws {
        let asked = parameters(images: 7, batch: 2), ground = StageGround(), other = StageGround()
        _ = try run(asked, engine: DrawingEngine.moody, on: ground)
        let jobs = try jobs(asked, shots: 2, DrawingEngine.moody)
        _ = try other.run(Array(jobs.dropLast()))
        var options = Runner.Options()
        options.until = "generate"
        let folder = RunFolder(store: other.store, name: "n", asked: "")
        let runner = Runner(
            graph: try JobGraph(jobs), store: other.store, run: folder,
            stages: ["ingest", "foreground", "sample", "generate"], options: options)
        let work = try ShardWork(runner.plan(), store: other.store)
        let plan = ShardPlan(work, run: folder, store: other.store)
        #expect(work.pictures == 14 && !work.isThere(in: other.store))
        for index in [2, 0, 1] {
            let shard = try #require(Shard(index: index, count: 3))
            let summary = try ShardRun(shard, of: work, plan: plan, store: other.store)
                .execute(width: 2, events: HeardEvents())
            #expect(summary.missing.isEmpty)
        }
        #expect(work.isThere(in: other.store))
        // The list is written by whoever comes next, which draws nothing.
        let last = try run(asked, on: other)
        #expect(last.summary.failures.isEmpty)
        func files(_ ground: StageGround, _ folder: String) throws -> [String: Data] {
            let top = ground.store.root.appendingPathComponent(folder)
            let names = try FileManager.default.subpathsOfDirectory(atPath: top.path).filter {
                folder == "units" || $0.hasPrefix("generate-") && $0.contains("/data/")
            }
            return try Dictionary(
                uniqueKeysWithValues: names.compactMap { name in
                    let url = top.appendingPathComponent(name)
                    return try DurableFile.isFolder(url) == true ? nil : (name, try DurableFile.read(url))
                })
        }
        for folder in ["units", "objects"] {
            let (one, two) = (try files(ground, folder), try files(other, folder))
            #expect(!one.isEmpty && one.keys.sorted() == two.keys.sorted())
            for (name, bytes) in one where two[name] != bytes {
                Issue.record(
                    "\(name): \(String(decoding: bytes, as: UTF8.self)) \(String(decoding: two[name] ?? Data(), as: UTF8.self))"
                )
            }
        }
    }

    @Test("what an engine could not draw is a gap, no try; the next run goes on with it")
    func gap() throws {
        let broken = DrawingEngine.engine { seed, _ in seed % 3 == 0 ? nil : seed % 2 == 0 ? .damaged : .unchanged }
        let asked = parameters(images: 9)
        let first = try run(asked, engine: broken)
        #expect(!first.summary.missingUnits.isEmpty)
        let mended = try run(asked, engine: DrawingEngine.moody)
        #expect(mended.summary.failures.isEmpty && mended.summary.missingUnits.isEmpty)
        let fresh = StageGround()
        #expect(try units(mended) == units(run(asked, engine: DrawingEngine.moody, on: fresh), on: fresh))
    }

    @Test("a chosen picture or an account that is lost is made again, and comes out the same")
    func lost() throws {
        let asked = parameters(images: 9)
        let made = try run(asked, engine: DrawingEngine.moody), lines = try units(made)
        let later = try #require(accounts(made).first { ($0.chosen ?? 0) > 0 })
        let chosen = try #require(later.tries.last), account = try #require(later.account)
        let bytes = try DurableFile.read(ground.store.unit(chosen.unit).file("image.png"))
        try DurableFile.remove(ground.store.unit(chosen.unit).folder)
        let counting = DrawingEngine.engine { seed, _ in seed % 2 == 0 ? .damaged : .unchanged }
        #expect(try units(run(asked, engine: counting)) == lines && counting.asked.count == 1)
        #expect(try DurableFile.read(ground.store.unit(chosen.unit).file("image.png")) == bytes)
        try DurableFile.remove(ground.store.unit(account).file("quality.json"))
        #expect(try units(run(asked)) == lines)
        #expect(try ground.store.unit(account).damage().isEmpty)
        #expect(try run(asked, engine: DrawingEngine.moody, forced: ["generate"]).summary.failures.isEmpty)
    }

    @Test("damaged labels of a generator of this process are judged by its own normal")
    func local() throws {
        let gate = Self.settings { ($0.overlap, $0.change, $0.tries) = (0.5, 0.02, 6) }
        let made = try run(parameters(CutPaste(), images: 12, gate: gate))
        let accounts = try accounts(made)
        #expect(accounts.contains { $0.tries.count > 1 } && accounts.contains { $0.chosen != nil })
        for account in accounts {
            for attempt in account.tries {
                let scores = try #require(attempt.scores)
                #expect(attempt.failed.contains(.overlap) == (scores.overlap < 0.5))
                #expect(attempt.label == nil && scores.part == 1)
            }
        }
    }

    @Test("failed tries stay for those who clean, unless the manifest says otherwise")
    func clean() throws {
        for keeps in [true, false] {
            let ground = StageGround()
            let made = try run(
                parameters(images: 9, gate: Self.settings { $0.keepRejected = keeps }), engine: DrawingEngine.moody,
                on: ground)
            let found = try GenerationStage.accounts(of: ground.object(made.key, made.summary))
            let failed = Set(found.flatMap { $0.tries.filter { !$0.passed }.flatMap { [$0.unit, $0.label ?? ""] } })
            let lock = ground.store.runs.appendingPathComponent("n/lock.json")
            try DurableFile.write(
                JSONValue.object([
                    "jobs": .object(
                        Dictionary(
                            uniqueKeysWithValues: made.summary.objects.map { ($0.key.description, .string($0.value)) }))
                ]).prettyText, to: lock)
            let left = try Leftovers(in: ground.store, age: 0, now: Date().addingTimeInterval(10))
            let units = Set(left.items.filter { $0.kind == .unit }.map(\.name))
            #expect(units == (keeps ? [] : failed.subtracting([""])), "\(keeps)")
        }
    }
}
