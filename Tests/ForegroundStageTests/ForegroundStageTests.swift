import AnomalyDatasets
import ForegroundStage
import Foundation
import Imaging
import ParameterKit
import StageKit
import Synchronization
import Testing

/// A category of dark discs on light ground, as the ingest stage leaves it, and a store to run in.
final class Place: Sendable {
    let folder: URL
    let store: ArtifactStore

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "foreground-\(UInt64.random(in: 0 ... .max))")
        store = ArtifactStore(root: folder)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    static func disc(_ number: Int) -> Image {
        var image = Image(width: 64, height: 48, colour: [220])
        for y in 0..<48 {
            for x in 0..<64 where (x - 25 - number) * (x - 25 - number) + (y - 22) * (y - 22) < 150 { image[x, y] = 50 }
        }
        return image
    }

    /// `broken`: the second picture's bytes are cut off.
    /// `names`: of the pictures, below `train/good`; else numbers.
    func ingest(pictures: Int, broken: Bool = false, names: [String] = []) -> Job {
        Job(JobKey("ingest", "disc"), version: 1, asked: ["pictures": .int(pictures), "broken": .bool(broken)]) {
            context in
            var records: [ImageRecord] = []
            for number in 0..<pictures {
                let png = Data(try Place.disc(number).png()).dropLast(broken && number == 1 ? 30 : 0)
                let file = "train/good/00\(number).png"
                try DurableFile.write(png, to: context.object.data.appendingPathComponent(file))
                records.append(
                    ImageRecord(
                        id: "disc/train/good/\(names.isEmpty ? "00\(number)" : names[number])", category: "disc",
                        split: .train, anomalous: false,
                        defect: "good", file: file,
                        mask: nil, width: 64, height: 48, channels: 1, sha256: Digest.sha256(png), maskSHA256: nil))
            }
            var test = records.first
            test?.split = .test
            test?.id = "disc/test/good/000"
            try JSONLines.write(
                records + [test].compactMap { $0 }, to: context.object.data.appendingPathComponent("index.jsonl"))
            return .complete
        }
    }

    func run(
        pictures: Int = 3, broken: Bool = false, names: [String] = [], request: ForegroundRequest = .init(),
        shots: ShotChoice? = nil, forced: Bool = false, masks: String? = nil
    ) throws
        -> (summary: Runner.Summary, said: [String], data: URL)
    {
        let own = try masks.map {
            try OwnMasks(
                folder.appendingPathComponent($0), written: $0, category: "disc", digests: DigestCache(store: store))
        }
        let job = try ForegroundStage.job(
            category: "disc", ingest: JobKey("ingest", "disc"), request: request, own: own, shots: shots)
        var options = Runner.Options()
        if forced { options.forced = ["foreground"] }
        let runner = Runner(
            graph: try JobGraph([ingest(pictures: pictures, broken: broken, names: names), job]), store: store,
            run: RunFolder(store: store, name: "test", asked: "test"), stages: ["ingest", "foreground"],
            options: options)
        try runner.run.begin(resolved: "test")
        let words = Words()
        let summary = runner.execute(events: words)
        try runner.run.record(summary.objects)
        return (summary, words.all, store.object(named: summary.objects[job.key] ?? "none").data)
    }
}

private final class Words: RunEvents {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    func started(_ key: JobKey, reason: RunReason, position: Int, of total: Int) {}
    func progress(_ key: JobKey, done: Double, total: Int, note: String) {}
    func notice(_ key: JobKey?, _ text: String) { lines.withLock { $0.append(text) } }
    func finished(_ key: JobKey, object: String) {}
    func failed(_ key: JobKey, _ error: any Error) { lines.withLock { $0.append("\(error)") } }
}

@Suite("The foreground stage")
struct ForegroundStageTests {
    private let place: Place
    init() throws { place = try Place() }

    @Test("Pictures in folders below another, and with long names, have masks of their own")
    func nestedAndLongNames() throws {
        let (summary, said, data) = try place.run(names: ["a/b", "a-b", String(repeating: "n", count: 251)])
        #expect(summary.failures.isEmpty, "\(said)")
        let records: [ForegroundRecord] = try RecordLines.read(data.appendingPathComponent("index.jsonl"))
        #expect(Set(records.map(\.file)).count == 3)
        #expect(records.contains { $0.id == "disc/train/good/a-b" && $0.file == "masks/train-good-a-b.png" })
        for record in records {
            #expect(try Digest.sha256(file: data.appendingPathComponent(record.file)) == record.sha256)
        }
    }

    @Test("every normal training picture gets a mask of its object, and none else")
    func masks() throws {
        let (summary, _, data) = try place.run()
        #expect(summary.failures.isEmpty)
        let records: [ForegroundRecord] = try JSONLines.read(from: data.appendingPathComponent("index.jsonl"))
        #expect(records.map(\.id) == (0..<3).map { "disc/train/good/00\($0)" })
        for (number, record) in records.enumerated() {
            let file = data.appendingPathComponent(record.file)
            let mask = try Mask(contentsOf: file.path, above: 127)
            let truth = Mask(Place.disc(number), above: 100).inverted
            #expect(mask.intersection(truth).count > mask.union(truth).count * 95 / 100)
            #expect(
                record.method == "otsu" && record.polarity == "dark" && record.coverage == mask.coverage
                    && record.warnings.isEmpty)
            #expect(try record.sha256 == Digest.sha256(file: file))
        }
        let sheet = try Image(contentsOf: data.appendingPathComponent("contact-sheet.png").path)
        #expect(sheet.width > 600)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: data.appendingPathComponent("masks").path).count == 3)
    }

    @Test("few shots get masks of the pictures that they see, the same ones, and none else")
    func fewShots() throws {
        let whole = try place.run(pictures: 5)
        func records(_ data: URL) throws -> [ForegroundRecord] {
            try JSONLines.read(from: data.appendingPathComponent("index.jsonl"))
        }
        let all = try records(whole.data)
        for choice in [
            ShotChoice(shots: 2, seed: 1, order: .random), ShotChoice(shots: 3, seed: 1, order: .consecutive),
        ] {
            let few = try place.run(pictures: 5, shots: choice)
            #expect(few.summary.failures.isEmpty && few.summary.ran == 1 && few.data != whole.data)
            let chosen = try ShotChoice.choose(
                all.map(\.id), category: "disc", shots: choice.shots, seed: choice.seed, order: choice.order)
            #expect(try records(few.data) == all.filter { chosen.contains($0.id) })
            let files = try FileManager.default.contentsOfDirectory(
                atPath: few.data.appendingPathComponent("masks").path)
            #expect(files.count == choice.shots)
            #expect(try place.run(pictures: 5, shots: choice).summary.ran == 0)
        }
        // All shots are the same whatever chose them.
        let full = try place.run(pictures: 5, shots: ShotChoice(shots: nil, seed: 7, order: .consecutive))
        #expect(full.data == whole.data && full.summary.ran == 0)
        let more = try place.run(pictures: 5, shots: ShotChoice(shots: 6, seed: 0, order: .random))
        #expect(more.said.contains { $0.contains("has 5 normal training pictures, 6 shots are asked for") })
    }

    @Test("a mask's record that can't be read is not one that is missing")
    func unreadable() throws {
        let (_, _, data) = try place.run()
        let before = try contents(data)
        let record = data.appendingPathComponent("records/train-good-001.json")
        let aside = data.appendingPathComponent("records/aside")
        try FileManager.default.removeItem(at: data.deletingLastPathComponent().appendingPathComponent("done.json"))
        try FileManager.default.moveItem(at: record, to: aside)
        // A link to itself can be read by nobody.
        try FileManager.default.createSymbolicLink(atPath: record.path, withDestinationPath: record.path)
        let failure = try #require(try place.run().summary.failures.first?.1 as? Failure)
        #expect(failure.status == .io && failure.description.contains("train-good-001.json"))
        try FileManager.default.removeItem(at: record)
        try FileManager.default.moveItem(at: aside, to: record)
        #expect(try place.run().summary.failures.isEmpty)
        #expect(try contents(data) == before)
    }

    @Test("a rerun does nothing; a run that was interrupted goes on and leaves the same bytes")
    func resume() throws {
        let (_, _, data) = try place.run()
        let before = try contents(data)
        #expect(try place.run().summary.ran == 0)
        // As after a kill: no done.json, one unit without its record, one mask half written.
        let object = data.deletingLastPathComponent()
        try FileManager.default.removeItem(at: object.appendingPathComponent("done.json"))
        try FileManager.default.removeItem(at: data.appendingPathComponent("records/train-good-001.json"))
        try FileManager.default.removeItem(at: data.appendingPathComponent("index.jsonl"))
        try Data([1, 2, 3]).write(to: data.appendingPathComponent("masks/train-good-002.png"))
        let whole = data.appendingPathComponent("masks/train-good-000.png").path
        let stamp = try FileManager.default.attributesOfItem(atPath: whole)[.modificationDate] as? Date
        #expect(try place.run().summary.ran == 1)
        #expect(try contents(data) == before)
        #expect(try FileManager.default.attributesOfItem(atPath: whole)[.modificationDate] as? Date == stamp)
    }

    @Test("a forced run makes everything anew and says when it comes out different")
    func forced() throws {
        let (_, _, data) = try place.run()
        let before = try contents(data)
        let again = try place.run(forced: true)
        #expect(again.summary.failures.isEmpty && again.summary.ran == 1)
        #expect(try contents(data) == before)
        #expect(!again.said.contains { $0.contains("came out different") })
        // Another mask, with a record that has its digest.
        let png = Data(try Mask(width: 64, height: 48, repeating: true).png())
        try png.write(to: data.appendingPathComponent("masks/train-good-001.png"))
        let file = data.appendingPathComponent("records/train-good-001.json")
        var record = try JSONDecoder().decode(ForegroundRecord.self, from: Data(contentsOf: file))
        record.sha256 = Digest.sha256(png)
        try DurableFile.write(JSONValue(encoding: record).canonicalText, to: file)
        // The object was finished with these files.
        let folder = data.deletingLastPathComponent()
        let root = folder.deletingLastPathComponent().deletingLastPathComponent()
        try ArtifactStore(root: root).object(named: folder.lastPathComponent).finish()
        let mended = try place.run(forced: true)
        #expect(mended.summary.failures.isEmpty && mended.said.contains { $0.contains("came out different") })
        #expect(try contents(data) == before)
    }

    @Test("a picture that does not decode is bad data and names the file")
    func broken() throws {
        let (summary, said, _) = try place.run(broken: true)
        let failure = try #require(summary.failures.first?.1 as? Failure)
        #expect(failure.status == .badData && said.contains { $0.contains("train/good/001.png") })
    }

    @Test("no normal pictures: bad data")
    func none() throws {
        let failure = try #require(try place.run(pictures: 0).summary.failures.first?.1 as? Failure)
        #expect(failure.status == .badData)
    }

    @Test("a request changes the identity, and asks what it says")
    func request() throws {
        let first = try place.run()
        let second = try place.run(request: ForegroundRequest(method: .otsu, polarity: .light, fillHoles: false))
        #expect(first.data != second.data)
        let records: [ForegroundRecord] = try JSONLines.read(from: second.data.appendingPathComponent("index.jsonl"))
        #expect(records.allSatisfy { $0.polarity == "light" && $0.coverage > 0.8 && !$0.warnings.isEmpty })
        #expect(second.said.contains { $0.contains("3 of 3 pictures") })
    }

    @Test("rows count for the public data set's own category; what the manifest says goes over them")
    func defaults() {
        func recipe(_ category: String, of dataset: String? = "mvtec", _ request: ForegroundRequest = .init())
            -> ForegroundExtractor
        {
            request.resolved(for: category, of: dataset).extractor
        }
        #expect(recipe("screw").level == 130)
        #expect(!ForegroundRequest().resolved(for: "candle", of: "visa").tested)
        #expect(recipe("carpet").method == .whole)
        #expect(recipe("screw", .init(method: .otsu)) == ForegroundExtractor(method: .otsu))
        let changed = recipe("screw", .init(threshold: 90, polarity: .auto, median: 1, closing: 2))
        #expect(changed.level == 90 && changed.polarity == .dark && changed.median == 1 && changed.closingRadius == 2)
        let names = ForegroundDefaults.rows.map(\.category)
        #expect(Set(names).count == names.count && names.count == 15 + 12)
        // Somebody looked at all of MVTec AD's.
        #expect(ForegroundDefaults.rows.allSatisfy { $0.tested == ($0.dataset == "mvtec") })
    }

    @Test("somebody's own hazelnuts, screws and tiles have no public data set's recipe")
    func ownCategories() {
        for category in ["hazelnut", "screw", "tile", "capsules", "metal nut", "widget"] {
            let (extractor, tested) = ForegroundRequest().resolved(for: category, of: nil)
            #expect(extractor == ForegroundDefaults.unknown && tested, "\(category)")
        }
        #expect(ForegroundRequest().resolved(for: "screw", of: "visa").extractor == ForegroundDefaults.unknown)
    }

    private func contents(_ folder: URL) throws -> [String: Data] {
        try Dictionary(
            uniqueKeysWithValues: StoredObject.files(under: folder).map {
                ($0, try Data(contentsOf: folder.appendingPathComponent($0)))
            })
    }
}
