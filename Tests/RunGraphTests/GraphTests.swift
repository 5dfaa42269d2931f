import EngineLink
import Foundation
import Imaging
import ManifestSections
import ParameterKit
import RunGraph
import StageKit
import Synchronization
import Testing

/// The jobs that follow from a manifest: which jobs there are, their inputs, and which jobs change with the manifest.
@Suite struct GraphTests {
    private let folder: URL
    private let said = Sayings()

    /// What was said while the graph was made.
    private final class Sayings: Sendable {
        private let lines = Mutex<[String]>([])
        func say(_ line: String) { lines.withLock { $0.append(line) } }
        var all: [String] { lines.withLock { $0 } }
    }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("graph-\(UInt64.random(in: 0 ... .max))")
        for category in ["bolt", "nut"] {
            for number in 0..<2 {
                let image = Image(width: 9, height: 8, colour: [UInt8(40 * number), 90, 200])
                try DurableFile.write(
                    Data(image.png()), to: folder.appendingPathComponent("data/\(category)/train/good/00\(number).png"))
            }
        }
        for model in ["sd/unet", "clip", "cnn"] {
            try DurableFile.write("weights", to: folder.appendingPathComponent("\(model)/model.safetensors"))
        }
    }

    /// Building a graph must not start an engine.
    private static let noEngine = EnginePool([
        EngineRoom { () throws(EngineFailure) in throw EngineFailure(kind: .unavailable, message: "no engine here") }
    ])

    private func jobs(_ overrides: String...) throws -> [String: Job] {
        let text = """
            version: 2
            name: graph
            dataset: { kind: mvtec, path: data }
            models: { diffusion: sd, clip: clip }
            sampling: { shots: [1, 2], seeds: [0] }
            generation: { images_per_normal: 2 }
            detectors: { vlad: { epochs: 3 } }
            """
        let manifest = try Manifest.parse(
            Array(text.utf8), file: "graph.yaml", directory: folder.path, overrides: overrides)
        let graph = try GraphBuilder(
            manifest: manifest, store: ArtifactStore(root: folder.appendingPathComponent("out")), engines: Self.noEngine
        ) { said.say($0) }.graph()
        return Dictionary(uniqueKeysWithValues: graph.jobs.map { ($0.key.description, $0) })
    }

    /// The jobs whose own request changes.
    private func moved(_ overrides: String...) throws -> Set<String> {
        let (before, after) = (try jobs(), try jobs(at: overrides))
        return Set(
            after.filter { before[$0.key]?.asked != $0.value.asked || before[$0.key]?.inputs != $0.value.inputs }.keys)
    }

    private func jobs(at overrides: [String]) throws -> [String: Job] {
        switch overrides.count {
        case 1: try jobs(overrides[0])
        case 2: try jobs(overrides[0], overrides[1])
        default: try jobs()
        }
    }

    @Test func everyStageHasItsJobs() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let jobs = try jobs()
        #expect(
            jobs.keys.filter { $0.hasPrefix("generate/") }.sorted() == [
                "generate/bolt/1shot-s0", "generate/bolt/2shot-s0", "generate/nut/1shot-s0", "generate/nut/2shot-s0",
            ])
        #expect(
            jobs.keys.filter { $0.hasPrefix("export/") }.sorted() == ["export/1shot-s0/mvtec", "export/2shot-s0/mvtec"])
        // Masks are of the normals that a number of shots sees; what else sees them, sees these.
        #expect(
            jobs.keys.filter { $0.hasPrefix("foreground/") }.sorted() == [
                "foreground/bolt/1shot-s0", "foreground/bolt/2shot-s0", "foreground/nut/1shot-s0",
                "foreground/nut/2shot-s0",
            ])
        for stage in ["generate", "assess"] {
            #expect(jobs["\(stage)/nut/2shot-s0"]?.inputs["foreground"] == JobKey("foreground", "nut/2shot-s0"))
        }
        // One model for all categories.
        #expect(jobs.keys.filter { $0.hasPrefix("fit/") }.sorted() == ["fit/1shot-s0/vlad", "fit/2shot-s0/vlad"])
        #expect(jobs["detect/nut/1shot-s0/vlad"]?.inputs["fit"] == JobKey("fit", "1shot-s0/vlad"))
        let report = try #require(jobs["report/graph"])
        #expect(report.inputs["detect:vlad:bolt:2shot-s0"] == JobKey("detect", "bolt/2shot-s0/vlad"))
        #expect(report.inputs["assess:bolt:2shot-s0"] == JobKey("assess", "bolt/2shot-s0"))
        // Without detectors the report shows what was made.
        #expect(
            Set(try self.jobs("detectors={}").keys.map { $0.prefix { $0 != "/" } }) == [
                "ingest", "foreground", "sample", "generate", "export", "report",
            ])
        #expect(report.inputs["generate:bolt:2shot-s0"] == JobKey("generate", "bolt/2shot-s0"))
    }

    /// All shots see the same normals whatever the seed, and what they see is asked as it was before there were others.
    @Test func masksOfAllNormalsAreShared() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let jobs = try jobs("sampling.shots=[1, full]", "sampling.seeds=[0, 1]")
        #expect(
            jobs.keys.filter { $0.hasPrefix("foreground/nut") }.sorted() == [
                "foreground/nut", "foreground/nut/1shot-s0", "foreground/nut/1shot-s1",
            ])
        for seed in 0...1 {
            #expect(jobs["generate/nut/full-s\(seed)"]?.inputs["foreground"] == JobKey("foreground", "nut"))
        }
        #expect(jobs["foreground/nut"]?.asked["sample"] == nil)
        #expect(
            jobs["foreground/nut/1shot-s1"]?.asked["sample"]
                == ["category": "nut", "shots": 1, "seed": 1, "order": "random"])
    }

    @Test func twoDetectorsShareWhatTheyJudge() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let jobs = try jobs("detectors={vlad: {epochs: 3}, short: {method: vlad, epochs: 1}}")
        #expect(jobs["fit/1shot-s0/short"] != nil && jobs["detect/nut/1shot-s0/short"] != nil)
        #expect(jobs.keys.filter { $0.hasPrefix("generate/") }.count == 4)
        let report = try #require(jobs["report/graph"])
        #expect(report.inputs.keys.filter { $0.hasPrefix("detect:") }.count == 8)
    }

    /// Each category has its own, which learns from normals alone: nothing is waited for that is drawn.
    @Test func detectorsOfOneCategoryAreFittedForEach() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let jobs = try jobs("models.cnn=cnn", "detectors={patchcore: {}, wide: {method: padim, features: 64}}")
        #expect(
            jobs.keys.filter { $0.hasPrefix("fit/") && $0.contains("/1shot-s0/") }.sorted() == [
                "fit/bolt/1shot-s0/patchcore", "fit/bolt/1shot-s0/wide", "fit/nut/1shot-s0/patchcore",
                "fit/nut/1shot-s0/wide",
            ])
        let fit = try #require(jobs["fit/nut/1shot-s0/patchcore"])
        #expect(fit.inputs == ["ingest:nut": JobKey("ingest", "nut"), "sample:nut": JobKey("sample", "nut/1shot-s0")])
        #expect(jobs["detect/nut/1shot-s0/wide"]?.inputs["fit"] == JobKey("fit", "nut/1shot-s0/wide"))
        #expect(jobs["report/graph"]?.inputs["detect:wide:bolt:2shot-s0"] == JobKey("detect", "bolt/2shot-s0/wide"))
    }

    /// How a score is weighed needs no new bank, another layer does.
    @Test func keysOfPatchCoreChangeTheirJobs() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        func asked(_ key: String) throws -> [String: String] {
            let jobs = try jobs("models.cnn=cnn", "detectors={patchcore: {\(key)}}")
            return ["fit", "detect"].reduce(into: [:]) {
                $0[$1] = jobs["\($1)/nut/1shot-s0/patchcore"].map {
                    JSONValue.object(["asked": $0.asked]).canonicalText
                }
            }
        }
        let (plain, scored, layers) = (try asked(""), try asked("neighbours: 3"), try asked("layers: [layer3]"))
        #expect(plain["fit"] != nil && plain["fit"] == scored["fit"] && plain["detect"] != scored["detect"])
        #expect(plain["fit"] != layers["fit"])
    }

    /// What learns from normals alone is fitted as before, except where normals themselves are held aside.
    @Test func heldAsidePicturesChangeNoBankOfFewShots() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        func jobs(_ share: Double) throws -> [String: Job] {
            try self.jobs(
                "models.cnn=cnn", "detectors={patchcore: {}}", "sampling.shots=[1, full]",
                "training.held_aside=\(share)")
        }
        let (before, after) = (try jobs(0), try jobs(0.2))
        for stage in ["fit", "detect"] {
            func asked(_ jobs: [String: Job], _ model: String) -> JSONValue? {
                jobs["\(stage)/nut/\(model)/patchcore"]?.asked
            }
            #expect(asked(before, "1shot-s0") != nil && asked(before, "1shot-s0") == asked(after, "1shot-s0"))
            #expect(asked(after, "full-s0")?["held_aside"] == 0.2 && asked(before, "full-s0")?["held_aside"] == nil)
        }
        #expect(before.keys.allSatisfy { !$0.hasPrefix("calibrate/") })
        let threshold = try #require(after["calibrate/nut/1shot-s0/patchcore"])
        #expect(threshold.inputs["fit"] == JobKey("fit", "nut/1shot-s0/patchcore"))
        #expect(threshold.inputs["generate"] == JobKey("generate", "nut/1shot-s0"))
        #expect(
            after["report/graph"]?.inputs["calibrate:patchcore:nut:full-s0"]
                == JobKey("calibrate", "nut/full-s0/patchcore"))
    }

    /// A key changes only the jobs that it affects.
    @Test(arguments: [
        ("detectors.vlad.coreset=0.5", Set(["detect"])),
        ("detectors.vlad.epochs=4", Set(["fit", "detect"])),
        ("evaluation.smoothing=1", Set(["detect"])),
        ("evaluation.pro=steps200-rd4ad", Set<String>()),
        ("generation.cut.steps=60", Set(["generate", "export"])),
        // Tables of unused generators are only part of the export's manifest and affect nothing else.
        ("generation.cutpaste.jitter=0.2", Set(["export"])),
        // VLAD learns from generated pictures: it is fitted on fewer, and each fit has a threshold.
        ("training.held_aside=0.2", Set(["fit", "calibrate"])),
        ("report.features=none", Set<String>()),
        ("cache.limit=1GB", Set<String>()),
    ])
    func aKeyMovesWhatItDecides(_ change: String, _ stages: Set<String>) throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let found = Set(try moved(change).map { String($0.prefix { $0 != "/" }) })
        #expect(found.subtracting(["report"]) == stages, "\(change): \(found)")
    }

    /// Tiles are asked of ingest, whose identity all others rest on; the report states them; exports carry the
    /// manifest.
    @Test func tilesAreIngestsQuestion() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let found = Set(try moved("dataset.tiles={size: 64, overlap: 8}").map { String($0.prefix { $0 != "/" }) })
        #expect(found == ["ingest", "export", "report"])
        #expect(try jobs("dataset.tiles={size: 64}")["ingest/nut"]?.asked["tiles"] == ["size": 64, "overlap": 0])
        #expect(try jobs("dataset.tiles=none")["ingest/nut"]?.asked["tiles"] == nil)
    }

    /// The data set itself, cut into other tiles, is no other data set.
    @Test func tilesDontMakeAnotherDataSet() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.copyItem(
            at: folder.appendingPathComponent("data"), to: folder.appendingPathComponent("copy"))
        let error = #expect(throws: Failure.self) {
            try self.jobs("auxiliary={kind: mvtec, path: copy, tiles: {size: 64}}")
        }
        #expect(error?.status == .badManifest)
        try DurableFile.write(
            Data(Image(width: 9, height: 8, colour: [1, 2, 3]).png()),
            to: folder.appendingPathComponent("other/washer/train/good/000.png"))
        let jobs = try self.jobs("auxiliary={kind: mvtec, path: other, tiles: {size: 64, overlap: 8}}")
        #expect(jobs["ingest/auxiliary/washer"]?.asked["tiles"] == ["size": 64, "overlap": 8])
        #expect(jobs["ingest/nut"]?.asked["tiles"] == nil)
    }

    /// Scoring keys are not part of fitting; a preset equals its numbers.
    @Test func whatIsAskedHoldsNoDefaults() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let jobs = try jobs("generation.cut.preset=fast")
        let asked = try #require(jobs["generate/nut/1shot-s0"]?.asked)
        #expect(asked["method"]?["parameters"]?["steps"] == 40)
        #expect(asked["method"]?["parameters"]?["gamma"] == nil && asked["method"]?["parameters"]?["preset"] == nil)
        #expect(jobs["fit/1shot-s0/vlad"]?.asked["detector"]?["parameters"] == ["epochs": 3])
    }

    @Test func weightsThatAreNotThereAre66() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let error = #expect(throws: Failure.self) { try jobs("models.clip=nowhere") }
        #expect(error?.status == .inputMissing)
        // Files that no chosen method needs may be missing.
        #expect(try jobs("models.clip=nowhere", "detectors={}").count > 0)
    }

    @Test func howFilesAreReadIsAskedOfIngestAndLimitsOfNothing() throws {
        // The manifest travels in exports, too.
        func ingests(_ change: String) throws -> Set<String> { try moved(change).filter { $0.hasPrefix("ingest/") } }
        let both: Set<String> = ["ingest/bolt", "ingest/nut"]
        #expect(try ingests("dataset.masks=labels") == both)
        #expect(try ingests("dataset.masks.inverted=true") == both)
        #expect(try ingests("dataset.range=12") == both)
        #expect(try moved("dataset.range=auto").isEmpty)
        #expect(try ingests("dataset.limits.entries=100").isEmpty)
    }

    @Test func theLimitsMessageNamesItsKey() throws {
        do {
            _ = try jobs("dataset.limits.entries=3")
            Issue.record("four pictures in folders passed for three entries")
        } catch {
            #expect("\(error)".contains("set dataset.limits.entries higher"), "\(error)")
        }
    }

    @Test func foldersThatAreNamedMakeACategory() throws {
        let keys = [
            "dataset.kind=folder", "dataset.folders={ normal: [bolt/train/good], abnormal: [nut/train/good] }",
        ]
        let found = try jobs(keys[0], keys[1]).keys.filter { $0.hasPrefix("ingest/") }
        #expect(found == ["ingest/data"])
    }

    @Test func averagedWeightsBesideTheTrainedOnesAreSaid() throws {
        for (names, isSaid) in [
            ("\"model.diffusion_model.x\":0,\"model_ema.diffusion_modelx\":0", true),
            ("\"model.diffusion_model.x\":0", false),
        ] {
            let header = Array("{\(names)}".utf8)
            try DurableFile.write(
                Data([UInt8(header.count)] + [UInt8](repeating: 0, count: 7) + header),
                to: folder.appendingPathComponent("one-\(isSaid).safetensors"))
            _ = try jobs("models.diffusion=one-\(isSaid).safetensors")
            #expect(said.all.contains { $0.hasPrefix("one-\(isSaid).safetensors holds averaged weights") } == isSaid)
        }
    }
}
