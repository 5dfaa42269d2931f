import AnomalyDatasets
import Archives
import Foundation
import Imaging
import IngestStage
import StageKit
import Synchronization

/// A store to run stages in, and a folder for data sets; both vanish with the test.
final class Place: Sendable {
    let folder: URL
    let store: ArtifactStore

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "dataset-stages-\(UInt64.random(in: 0 ... .max))")
        store = ArtifactStore(root: folder.appendingPathComponent("out"))
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Writes a tar of files that need not come sorted by name.
    func archive(_ files: [String: [UInt8]], _ name: String = "set.tar.gz") throws -> URL {
        let url = folder.appendingPathComponent(name)
        let compression = TarCompression.allCases.first { name.hasSuffix($0.suffix) } ?? .none
        let writer = try TarWriter(path: url.path, compression: compression)
        for (name, bytes) in files.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            try writer.addFile(name, bytes)
        }
        try writer.finish()
        return url
    }

    func unpacked(_ files: [String: [UInt8]], _ name: String = "set") throws -> URL {
        let url = folder.appendingPathComponent(name)
        for (name, bytes) in files {
            let file = url.appendingPathComponent(name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: file)
        }
        return url
    }

    func survey(_ url: URL, layout: DatasetLayout? = nil) throws -> IngestStage.Survey {
        try IngestStage.survey(
            .init(path: url, written: url.lastPathComponent, layout: layout), store: store,
            digests: DigestCache(store: store))
    }

    /// Runs jobs; throws the first failure.
    @discardableResult
    func run(_ jobs: [Job], forced: Set<String> = []) throws -> (summary: Runner.Summary, said: [String]) {
        var options = Runner.Options()
        options.forced = forced
        let runner = Runner(
            graph: try JobGraph(jobs), store: store, run: RunFolder(store: store, name: "test", asked: "test"),
            stages: ["ingest", "sample", "generate", "export"], options: options)
        try runner.run.begin(resolved: "test")
        let words = Words()
        let summary = runner.execute(events: words)
        try runner.run.record(summary.objects)
        if let (_, error) = summary.failures.first { throw error }
        return (summary, words.all)
    }

    /// Ingests some categories and reads one back.
    func ingest(_ url: URL, layout: DatasetLayout? = nil, _ categories: [String]? = nil) throws
        -> (categories: [String: IngestedCategory], said: [String])
    {
        let survey = try survey(url, layout: layout)
        let jobs = try IngestStage.jobs(survey, categories: categories ?? survey.categories)
        let (summary, said) = try run(jobs)
        var found: [String: IngestedCategory] = [:]
        for (key, object) in summary.objects {
            found[key.subject] = try IngestedCategory(folder: store.object(named: object).data)
        }
        return (found, said)
    }

    /// Every file below a folder, with its digest.
    func digests(_ folder: URL) throws -> [String: String] {
        var found: [String: String] = [:]
        for path in try StoredObject.files(under: folder) {
            found[path] = try Digest.sha256(file: folder.appendingPathComponent(path))
        }
        return found
    }
}

final class Words: RunEvents {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    func started(_ key: JobKey, reason: RunReason, position: Int, of total: Int) {}
    func progress(_ key: JobKey, done: Double, total: Int, note: String) {}
    func notice(_ key: JobKey?, _ text: String) { lines.withLock { $0.append(text) } }
    func finished(_ key: JobKey, object: String) {}
    func failed(_ key: JobKey, _ error: any Error) {}
}

/// Small pictures with something on them, each different.
enum Drawn {
    static func picture(_ number: Int, width: Int = 24, height: Int = 16, channels: Int = 3) -> Image {
        var image = Image(width: width, height: height, colour: Array(repeating: 200, count: channels))
        for y in 4..<10 {
            for x in 3..<9 { for channel in 0..<channels { image[x + number % 8, y, channel] = UInt8(20 + number) } }
        }
        return image
    }

    /// A label map: 0 outside a square, `label` inside.
    static func mask(label: UInt8, width: Int = 24, height: Int = 16, channels: Int = 1) -> Image {
        var image = Image(width: width, height: height, colour: Array(repeating: 0, count: channels))
        for y in 5..<9 { for x in 10..<15 { for channel in 0..<channels { image[x, y, channel] = label } } }
        return image
    }

    static func mvtec(_ category: String = "nut", normals: Int = 3, channels: Int = 3) throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = ["\(category)/license.txt": [1], "\(category)/readme.txt": [2]]
        for number in 0..<normals {
            files["\(category)/train/good/00\(number).png"] = try picture(number, channels: channels).png()
        }
        files["\(category)/test/good/000.png"] = try picture(20, channels: channels).png()
        for number in 0..<2 {
            files["\(category)/test/bent/00\(number).png"] = try picture(30 + number, channels: channels).png()
            files["\(category)/ground_truth/bent/00\(number)_mask.png"] = try mask(label: 255).png()
        }
        return files
    }

    /// VisA: JPEG pictures, label maps, tables with CR LF; Normal/000 and Anomaly/000 side by side.
    static func visa(_ category: String = "capsules") throws -> [String: [UInt8]] {
        var table = "object,split,label,image,mask\r\n", labels = "image,label,mask\r\n"
        var files: [String: [UInt8]] = [:]
        for number in 0..<4 {
            let name = "\(category)/Data/Images/Normal/00\(number).JPG"
            files[name] = try picture(number).jpeg()
            table += "\(category),\(number < 3 ? "train" : "test"),normal,\(name),\r\n"
            labels += "\(name),normal,\r\n"
        }
        for number in 0..<2 {
            let name = "\(category)/Data/Images/Anomaly/00\(number).JPG",
                mask = "\(category)/Data/Masks/Anomaly/00\(number).png"
            files[name] = try picture(10 + number).jpeg()
            files[mask] = try Drawn.mask(label: UInt8(1 + 4 * number)).png()
            table += "\(category),test,anomaly,\(name),\(mask)\r\n"
            labels += "\(name),\(number == 0 ? "bubble" : "\"scratch,leak\""),\(mask)\r\n"
        }
        files["\(category)/image_anno.csv"] = Array(labels.utf8)
        files["split_csv/1cls.csv"] = Array(table.utf8)
        return files
    }
}
