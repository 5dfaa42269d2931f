import AnomalyDatasets
import EngineLink
import Foundation
import Imaging
import ManifestSections
import ParameterKit
import RunGraph
import StageKit
import Testing

/// First manifests for somebody's photos, and what is found out before the first job.
@Suite struct DraftTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
        "draft-\(UInt64.random(in: 0 ... .max))")
    private var store: ArtifactStore { ArtifactStore(root: folder.appendingPathComponent("out")) }

    private func photo(_ path: String, _ number: Int = 0) throws {
        let image = Image(width: 30, height: 20 + number % 2, colour: [UInt8(number), 90, 200])
        try DurableFile.write(Data(image.png()), to: folder.appendingPathComponent(path))
    }

    private func look(_ path: String) throws -> PhotoFolder {
        try PhotoFolder(folder.appendingPathComponent(path).path, store: store)
    }

    private func manifest(_ photos: PhotoFolder, path: String) throws -> Manifest {
        let draft = ManifestDraft(photos, path: path, model: ("models/sd", false))
        return try Manifest.parse(Array(draft.text.utf8), file: "m.yaml", directory: folder.path, overrides: [String]())
    }

    @Test func flatPhotosBecomeOneCategory() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        for number in 0..<7 { try photo("my hazelnut/IMG_\(number).png", 0) }
        let photos = try look("my hazelnut")
        #expect(photos.layout == .folder && photos.categories.map(\.name) == ["my hazelnut"])
        #expect(photos.categories[0].normals == 7 && photos.categories[0].publishedIn == nil)
        #expect(photos.categories[0].sizes == [.init(width: 30, height: 20)])
        let manifest = try manifest(photos, path: "my hazelnut")
        // Made for own photos: one data set, tens of pictures, no detector.
        #expect(manifest.name == "my-hazelnut")
        #expect(manifest.sampling.shots == [.full] && manifest.sampling.seeds == [0])
        #expect(manifest.namedDetectors.isEmpty)
        #expect(manifest.generation.pictures(of: "my hazelnut", normals: 7, .full) == 40)
        #expect(manifest.dataset.objects == ["my hazelnut": "my hazelnut"])
    }

    @Test func everyLineOfADraftIsExplained() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        for number in 0..<3 { try photo("nuts/a/\(number).png", number) }
        let text = ManifestDraft(try look("nuts"), path: "nuts", model: ("models/sd", false)).text
        for line in text.split(separator: "\n") where line.contains(": ") && !line.hasPrefix("#") {
            // Prompt and anomalies are explained by the lines above them.
            #expect(
                line.contains(" # ") || line.contains("prompt:") || line.contains("name:")
                    || line.contains("anomalies:"), "\(line)")
        }
        #expect(text.contains("of several sizes") && text.contains("NOT THERE YET"))
    }

    @Test func aTestSplitIsNoticed() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        for path in ["train/good/0", "train/good/1", "test/good/0", "test/bent/0"] { try photo("set/nut/\(path).png") }
        let photos = try look("set")
        #expect(photos.layout == .mvtec && photos.categories.map(\.name) == ["nut"])
        #expect(photos.categories[0].defects == ["bent": 1] && photos.categories[0].testNormals == 1)
        #expect(ManifestDraft(photos, path: "set", model: ("m", true)).text.contains("# detectors: { vlad: {} }"))
    }

    @Test func nothingAndNoPicturesAreErrors() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let failure = #expect(throws: Failure.self) { try look("nowhere") }
        #expect(failure?.status == .inputMissing)
        try DurableFile.write("text", to: folder.appendingPathComponent("texts/readme.txt"))
        #expect(throws: DatasetError.self) { try look("texts") }
    }

    @Test func pathsAreRelativeWhereThatIsNoDetour() {
        #expect(PhotoFolder.path("/a/b/photos", from: "/a/b") == "photos")
        #expect(PhotoFolder.path("/a/photos", from: "/a/b") == "../photos")
        #expect(PhotoFolder.path("/x/photos", from: "/a/b/c/d") == "/x/photos")
        #expect(PhotoFolder.path("/a/b", from: "/a/b") == ".")
    }

    // MARK: - What is found out before the first job

    @Test func whatIsMissingIsSaidAtOnce() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try photo("nuts/0.png")
        let manifest = try manifest(try look("nuts"), path: "nuts")
        #expect(MissingInputs(manifest).inputs.map(\.key) == ["models.diffusion"])
        var report = HealthReport()
        report.addInputs(of: manifest, store: store)
        #expect(report.status == .inputMissing && report.checks.map(\.name) == ["models.diffusion"])
    }

    @Test func theReportsStatusIsTheFirstFailures() {
        var report = HealthReport()
        report.addMachine(
            cpuinfo: "model name\t: X\nflags\t: avx2\n", meminfo: "MemTotal: 2000 kB\nMemAvailable: 1000 kB\n",
            processors: 2)
        #expect(report.status == .success && report.checks.map(\.state) == [.ok, .warning])
        report.addEngines { () throws(EngineFailure) in
            throw EngineFailure(kind: .unavailable, message: "no device cuda:7")
        }
        report.add(.init("disk", .failed, "full", status: .io))
        #expect(report.status == .unavailable)
        #expect(
            report.text.contains("failed   engine     no device cuda:7") && report.text.contains("2 of 4 checks failed")
        )
        #expect(report.json["exit_code"] == 69 && report.json["checks"]?.array?.count == 4)
    }

    @Test func devicesAreSaidWithTheirMemory() {
        var report = HealthReport()
        report.addEngines { () throws(EngineFailure) in
            [
                EngineReady(
                    version: 1, engine: "e", device: "cuda:0", threads: 1, memory: 139_000_000_000,
                    freeMemory: 100_000_000_000)
            ]
        }
        #expect(report.checks[0].text == "cuda:0: e, 139 GB of memory, 100 GB free")
        #expect(report.checks[0].facts["memory"] == 139_000_000_000)
    }

    @Test func aDiskThatIsSurelyTooSmallStopsTheRun() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try photo("nuts/0.png")
        let manifest = try Manifest.parse(
            Array(
                "version: 2\nname: n\ndataset: { kind: folder, path: nuts }\ngeneration: { method: cutpaste }\n".utf8),
            file: "m", directory: folder.path, overrides: ["sampling.shots=[1]", "sampling.seeds=[0]"])
        let noEngine = EnginePool([
            EngineRoom { () throws(EngineFailure) in throw EngineFailure(kind: .unavailable, message: "none") }
        ])
        let graph = try GraphBuilder(manifest: manifest, store: store, engines: noEngine) { _ in }.graph()
        let steps = Runner(
            graph: graph, store: store, run: RunFolder(store: store, name: "n", asked: "n"),
            stages: ["ingest", "foreground", "sample", "generate", "export"]
        ).plan()
        let preflight = Preflight(manifest, steps: steps)
        // No network draws here, so that no engine is asked for.
        #expect(!preflight.needsEngine)
        try preflight.checkDevices(noEngine, cpuinfo: "") { _ in }
        try preflight.checkDisk(needed: 10, output: folder.path) { _ in }
        try preflight.checkDisk(needed: nil, output: folder.path) { _ in }
        let failure = #expect(throws: Failure.self) {
            try preflight.checkDisk(needed: 1e18, output: folder.path) { _ in }
        }
        #expect(failure?.status == .io && failure?.remedy != nil)
    }

    @Test func ownHazelnutsAreNobodyElses() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        for category in ["hazelnut", "tile"] {
            for number in 0..<3 { try photo("set/\(category)/\(number).png", number) }
        }
        let manifest = try Manifest.parse(
            Array("version: 2\nname: n\ndataset: { kind: folder, path: set }\ngeneration: { method: cutpaste }\n".utf8),
            file: "m", directory: folder.path, overrides: [String]())
        let noEngine = EnginePool([
            EngineRoom { () throws(EngineFailure) in throw EngineFailure(kind: .unavailable, message: "none") }
        ])
        let jobs = try GraphBuilder(manifest: manifest, store: store, engines: noEngine) { _ in }.graph().jobs
        for job in jobs where job.key.stage == "foreground" {
            #expect(job.asked["method"] == "otsu" && job.asked["wholeWhenUnclear"] == true, "\(job.key)")
        }
    }
}
