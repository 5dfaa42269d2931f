import AnomalyAnnotation
import AnomalyDatasets
import EngineLink
import Foundation
import GenerationStage
import Generators
import Imaging
import MethodKit
import ParameterKit
import StageKit
import StageSupport
import Synchronization
import Testing

/// The generate stage alone, with local generators and with an engine that draws rectangles.
@Suite("The generate stage")
struct GenerationStageTests {
    private let ground = StageGround()
    private typealias Request = GenerationParameters.Request

    private func parameters(
        _ generator: any Generator, images: Int = 3, batch: Int = 1, threshold: Double = 0.5,
        models: [ModelRole: GenerationParameters.Model] = [:], window: DrawingWindow = .whole, composite: Bool = false
    ) -> GenerationParameters {
        GenerationParameters(
            generator: generator, models: models,
            annotation: .init(source: .attention, threshold: threshold),
            requests: [
                Request(anomaly: "bent", phrases: ["bent"], prompt: "a bent nut", share: 2),
                Request(anomaly: "cut", phrases: ["cut"], prompt: "a cut nut", share: 1),
            ], imagesPerNormal: images, batch: batch, seed: 5, window: window,
            isComposite: composite)
    }

    private static let unused = FakeEngine { _ throws(EngineFailure) in
        throw EngineFailure(kind: .internalError, message: "no engine was wanted")
    }

    private func run(
        _ parameters: GenerationParameters, shots: Int = 2, engine: FakeEngine = unused, forced: Set<String> = [],
        keepGoing: Bool = false, events: HeardEvents = HeardEvents()
    ) throws -> (summary: Runner.Summary, key: JobKey) {
        let sample = StageGround.sample("nut", shots: shots)
        let job = try GenerationStage.job(
            subject: "nut/\(shots)", category: "nut",
            inputs: [
                "ingest": JobKey("ingest", "nut"), "foreground": JobKey("foreground", "nut"), "sample": sample.key,
            ], parameters: parameters, engines: engine.pool)
        let jobs = [StageGround.ingest("nut"), StageGround.foreground("nut"), sample, job]
        return (try ground.run(jobs, forced: forced, keepGoing: keepGoing, events: events), job.key)
    }

    private func units(_ run: (summary: Runner.Summary, key: JobKey)) throws -> [ListedUnit] {
        try GenerationStage.units(of: ground.object(run.key, run.summary))
    }

    // MARK: - Local generators

    @Test("pictures are listed by normal, then by request in proportion to the shares; fewer shots share them")
    func listed() throws {
        let two = try units(run(parameters(CutPaste())))
        #expect(two.map(\.anomaly) == ["bent", "bent", "cut", "bent", "bent", "cut"])
        #expect(
            two.map(\.source)
                == (Array(repeating: "nut/train/good/000", count: 3)
                    + Array(repeating: "nut/train/good/001", count: 3)))
        #expect(Set(two.map(\.unit)).count == 6)
        for line in two {
            let unit = ground.store.unit(line.unit)
            #expect(try unit.damage().isEmpty)
            #expect(try Digest.sha256(file: unit.recordFile) == line.record)
            let record = try unit.record()
            #expect(record["source"]?["id"]?.string == line.source)
            let mask = try Mask(contentsOf: unit.file("mask.png").path, above: 127)
            #expect(mask.values.contains { $0 != 0 })
            #expect(zip(mask.values, StageGround.disc.values).allSatisfy { $0 == 0 || $1 != 0 })
        }
        let one = try units(run(parameters(CutPaste()), shots: 1))
        #expect(one == Array(two.prefix(3)))
    }

    @Test("a mixture's generators share every kind, each by its weight; lists and records name them")
    func mixture() throws {
        let kinds: [(anomaly: String, share: Int)] = [("bent", 2), ("cut", 1)]
        func mixed(_ images: Int) -> GenerationParameters {
            GenerationParameters(
                drawers: [.init(CutPaste()), .init(PerlinTexture())],
                annotation: .init(source: .attention, threshold: 0.5),
                requests: kinds.flatMap { kind in
                    [("cutpaste", 1), ("perlin", 2)].map { method, share in
                        Request(
                            anomaly: kind.anomaly, phrases: [kind.anomaly], prompt: "a \(kind.anomaly) nut",
                            share: kind.share * share, method: method)
                    }
                }, imagesPerNormal: images, batch: 1, seed: 5)
        }
        let lines = try units(run(mixed(9)))
        #expect(lines.count == 18)
        let counts = Dictionary(grouping: lines) { "\($0.anomaly) \($0.method ?? "-")" }.mapValues(\.count)
        #expect(counts == ["bent cutpaste": 4, "bent perlin": 8, "cut cutpaste": 2, "cut perlin": 4])
        for line in lines {
            let record = try ground.store.unit(line.unit).record()
            #expect(record["method"]?["method"]?.string == line.method)
            let isOwn = record["account"]?["method"]?.string?.hasPrefix(line.method ?? "-") ?? false
            #expect(isOwn)
        }
        // What a generator draws alone it draws in a mixture, too: the pool is shared.
        let alone = try units(run(parameters(PerlinTexture(), images: 9)))
        let perlin = lines.filter { $0.method == "perlin" }.map(\.unit)
        #expect(Set(perlin).isSubset(of: alone.map(\.unit)))

        // One picture for four requests: it goes to the largest weight, and that is said.
        let events = HeardEvents()
        let few = try units(run(mixed(1), events: events))
        #expect(few.map(\.method) == ["perlin", "perlin"])
        #expect(events.notices.contains { $0.contains("cutpaste draws nothing") })
    }

    @Test("a damaged picture is drawn again when the stage is forced, the others are compared and kept")
    func damaged() throws {
        let lines = try units(run(parameters(CutPaste())))
        let hurt = ground.store.unit(lines[4].unit)
        let before = try DurableFile.read(hurt.file("image.png"))
        try Data("no picture".utf8).write(to: hurt.file("image.png"))
        let again = try run(parameters(CutPaste()), forced: ["generate"])
        #expect(again.summary.failures.isEmpty)
        #expect(try units(again) == lines)
        #expect(try DurableFile.read(hurt.file("image.png")) == before)
    }

    // MARK: - With an engine

    /// Writes for each item a picture that its seed decides; `fails` says which item of which request can't be drawn.
    private static func drawing(
        grey: UInt8 = 0, fails: @escaping @Sendable (Int, ApplyRequest) -> Bool = { _, _ in false }
    ) -> FakeEngine {
        FakeEngine { operation throws(EngineFailure) in
            guard case .draw(let request) = operation else {
                throw EngineFailure(kind: .internalError, message: "another question")
            }
            do {
                return .applied(
                    try request.items.enumerated().map { place, item in
                        if fails(place, request) {
                            return AppliedItem(failure: EngineFailure(kind: .notFinite, message: "NaN at step 3"))
                        }
                        let folder = URL(fileURLWithPath: item.output)
                        let level = UInt8((item.seed ?? 0) % 200) &+ grey
                        let source = try Image(contentsOf: item.image)
                        let (width, height) = (source.width, source.height)
                        let flat = Image(width: width, height: height, colour: [level, level, level])
                        try Data(flat.png()).write(to: folder.appendingPathComponent("image.png"))
                        try Data(source.png()).write(to: folder.appendingPathComponent("reconstruction.png"))
                        let ramp = Plane(
                            width: width, height: height,
                            values: (0..<width * height).map { Float($0 % width) / Float(width - 1) })
                        try ramp.write(png16: folder.appendingPathComponent("attention.png").path)
                        return AppliedItem(facts: ["steps": 4], provenance: ["pieces": 1])
                    })
            } catch let failure as EngineFailure {
                throw failure
            } catch {
                throw EngineFailure(kind: .io, message: "\(error)")
            }
        }
    }

    private static let models: [ModelRole: GenerationParameters.Model] = [
        .diffusion: .init(url: URL(fileURLWithPath: "/models/sd"), digest: "d")
    ]

    private func requests(_ engine: FakeEngine) -> [ApplyRequest] {
        engine.asked.compactMap { if case .draw(let request) = $0 { request } else { nil } }
    }

    @Test("groups are drawn at full width, never across normals; facts and provenance are recorded")
    func batches() throws {
        let engine = Self.drawing()
        let lines = try units(run(parameters(CUT(), images: 4, batch: 2, models: Self.models), engine: engine))
        // Shares 2 : 1 of four pictures are 3 and 1: groups of 2 + 2 (one of them unlisted) and 2 (one unlisted).
        #expect(lines.map(\.anomaly) == ["bent", "bent", "bent", "cut", "bent", "bent", "bent", "cut"])
        let asked = requests(engine)
        #expect(asked.map(\.items.count) == Array(repeating: 2, count: 6))
        #expect(asked.map(\.prompt).prefix(3) == ["a bent nut", "a bent nut", "a cut nut"])
        #expect(asked.allSatisfy { Set($0.items.map(\.image)).count == 1 && $0.items.allSatisfy { $0.mask != nil } })
        #expect(asked.first?.call.models == ["diffusion": "/models/sd"])
        let seeds = asked.flatMap(\.items).compactMap(\.seed)
        #expect(Set(seeds).count == 12)
        let record = try ground.store.unit(lines[0].unit).record()
        #expect(record["steps"]?.int == 4 && record["seed"]?.int == Int(seeds[0]))
        #expect(record["provenance"]?["engine"]?.string == "fake" && record["provenance"]?["pieces"]?.int == 1)
    }

    @Test("a window's picture is put together with its normal in the unit of the label")
    func windows() throws {
        let engine = Self.drawing()
        let framed = parameters(CUT(), models: Self.models, window: .object, composite: true)
        let lines = try units(run(framed, engine: engine))
        #expect(lines.count == 6 && lines.allSatisfy { $0.image == $0.label && $0.image != nil })
        for (line, number) in zip(lines, [0, 0, 0, 1, 1, 1]) {
            let drawn = ground.store.unit(line.unit), whole = ground.store.unit(line.imageUnit)
            #expect(try drawn.record()["window"] == [1, 1, 15, 15])
            #expect(try drawn.damage().isEmpty && whole.damage().isEmpty)
            #expect(try Image(contentsOf: drawn.file("image.png").path).width == 15)
            let picture = try Image(contentsOf: whole.file("image.png").path)
            let mask = try Mask(contentsOf: whole.file("mask.png").path, above: 127)
            let normal = StageGround.picture(number)
            #expect(picture.width == 16 && mask.width == 16 && !mask.isEmpty)
            // Attention rises to the right, and only the right half of the disc is labelled.
            #expect(picture[2, 8] == normal[2, 8] && picture[0, 0] == normal[0, 0] && picture[13, 8] != normal[13, 8])
            #expect(mask.intersection(StageGround.disc) == mask)
        }
        // Another label of the same drawings makes other whole pictures and asks no engine.
        let other = try units(
            run(parameters(CUT(), threshold: 0.9, models: Self.models, window: .object, composite: true)))
        #expect(other.map(\.unit) == lines.map(\.unit))
        #expect(Set(other.map(\.imageUnit)).isDisjoint(with: lines.map(\.imageUnit)))
        // And all of it differs from what is drawn on whole pictures.
        let plain = try units(run(parameters(CUT(), models: Self.models), engine: engine))
        #expect(Set(plain.map(\.unit)).isDisjoint(with: lines.map(\.unit)) && plain.allSatisfy { $0.image == nil })
        // Drawn on the whole picture, a composite shares the drawing.
        let composite = try units(run(parameters(CUT(), models: Self.models, composite: true)))
        #expect(composite.map(\.unit) == plain.map(\.unit) && composite.allSatisfy { $0.image == $0.label })
    }

    @Test("a whole picture that is missing from its label's unit is made again")
    func missingWholePicture() throws {
        let framed = parameters(CUT(), models: Self.models, window: .object, composite: true)
        let lines = try units(run(framed, engine: Self.drawing()))
        let file = ground.store.unit(lines[2].imageUnit).file("image.png")
        let before = try DurableFile.read(file)
        try FileManager.default.removeItem(at: file)
        let again = try run(framed)
        #expect(again.summary.failures.isEmpty && again.summary.ran == 1)
        #expect(try units(again) == lines && DurableFile.read(file) == before)
    }

    @Test("rejected pictures are left out of the list and nothing is drawn again")
    func rejected() throws {
        let lines = try units(run(parameters(CutPaste())))
        var reviewed = parameters(CutPaste())
        reviewed.rejected = [lines[1].unit, lines[4].unit].sorted()
        let events = HeardEvents()
        let again = try run(reviewed, events: events)
        #expect(try units(again) == [0, 2, 3, 5].map { lines[$0] })
        #expect(try GenerationStage.rejectedUnits(of: ground.object(again.key, again.summary)) == [lines[1], lines[4]])
        #expect(events.notices.contains { $0.contains("2 of 6 pictures were rejected") })
        // The first shot's list loses only its own.
        #expect(try units(run(reviewed, shots: 1)) == [lines[0], lines[2]])
        // Whoever rejects all is told.
        reviewed.rejected = lines.map(\.unit).sorted()
        let none = try run(reviewed)
        #expect((none.summary.failures.first?.1 as? Failure)?.status == .badData)
        // Rejecting nothing is what it was before.
        #expect(try run(parameters(CutPaste())).summary.ran == 0)
    }

    @Test("another threshold makes new labels of the same pictures and asks no engine")
    func labels() throws {
        let engine = Self.drawing()
        let first = try units(run(parameters(CUT(), models: Self.models), engine: engine))
        let other = try units(run(parameters(CUT(), threshold: 0.9, models: Self.models)))
        #expect(first.map(\.unit) == other.map(\.unit))
        #expect(Set(first.map(\.labelUnit)).isDisjoint(with: other.map(\.labelUnit)))
        func area(_ line: ListedUnit) throws -> Int {
            let mask = try Mask(
                contentsOf: ground.store.unit(line.labelUnit).file("mask.png").path, above: 127)
            return mask.values.count { $0 != 0 }
        }
        for (wide, narrow) in zip(first, other) {
            #expect(try area(wide) > area(narrow))
            #expect(try area(narrow) > 0)
        }
    }

    @Test("a picture that fails leaves a gap and a reason; the next run draws that group alone, and compares")
    func gap() throws {
        let failing = Self.drawing { place, request in place == 1 && request.prompt == "a cut nut" }
        let events = HeardEvents()
        let asked = parameters(CUT(), images: 6, batch: 2, models: Self.models)
        let broken = try run(asked, shots: 1, engine: failing, events: events)
        #expect(broken.summary.missingUnits.count == 1)
        let missing = ground.store.unit(try #require(broken.summary.missingUnits.first))
        #expect(!missing.isDone)
        let reason = try JSONValue(parsing: DurableFile.read(missing.failureFile))["reason"]?.string
        #expect(reason == "NaN at step 3")
        #expect(events.notices.contains { $0.contains(missing.id) && $0.contains("NaN at step 3") })

        let whole = Self.drawing()
        let mended = try units(run(asked, shots: 1, engine: whole))
        #expect(mended.count == 6)
        #expect(requests(whole).map(\.prompt) == ["a cut nut"])
        #expect(missing.isDone)
        #expect(try !DurableFile.exists(missing.failureFile))
    }

    @Test("a member of the group that comes out different the second time is an internal error, and is kept")
    func different() throws {
        let failing = Self.drawing { place, request in place == 1 && request.prompt == "a cut nut" }
        let asked = parameters(CUT(), images: 6, batch: 2, models: Self.models)
        _ = try run(asked, shots: 1, engine: failing)
        let events = try run(asked, shots: 1, engine: Self.drawing(grey: 1)).summary.failures
        let failure = try #require(events.first?.1 as? Failure)
        #expect(failure.status == .internalError)
        #expect(failure.message.contains("came out different"), "\(failure)")
    }

    @Test("with --keep-going the gap is listed as missing and the others stand in the list")
    func keptGoing() throws {
        let failing = Self.drawing { place, request in place == 0 && request.prompt == "a cut nut" }
        let asked = parameters(CUT(), models: Self.models)
        let kept = try run(asked, shots: 1, engine: failing, keepGoing: true)
        #expect(kept.summary.missingUnits.count == 1)
        #expect(try units(kept).map(\.anomaly) == ["bent", "bent"])
    }

    @Test(
        "trouble that isn't the pictures' ends the stage with its own exit code",
        arguments: [
            (EngineFailure.Kind.badData, StageKit.ExitStatus.badData), (.inputMissing, .inputMissing),
            (.unavailable, .unavailable), (.io, .io),
        ])
    func engineTrouble(kind: EngineFailure.Kind, status: StageKit.ExitStatus) throws {
        let engine = FakeEngine { _ throws(EngineFailure) in throw EngineFailure(kind: kind, message: "no") }
        let outcome = try run(parameters(CUT(), models: Self.models), engine: engine)
        let failure = try #require(outcome.summary.failures.first?.1 as? Failure)
        #expect(failure.status == status)
        #expect(engine.asked.count == 1)
    }
}
