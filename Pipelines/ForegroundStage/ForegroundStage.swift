internal import AnomalyDatasets
internal import Foundation
internal import Imaging
import ParameterKit
package import StageKit
internal import Synchronization

/// Finds the object in every normal training picture of a category.
///
/// Result: `index.jsonl` (a `ForegroundRecord` a line, sorted by id), `masks/<stem>.png` (8-bit grey, 0 or 255, the
/// picture's size), and `contact-sheet.png` to look at. Each mask is a unit: existing ones are not made again.
package enum ForegroundStage {
    /// Goes up whenever the same request gives other bytes.
    package static let version = 1
    package static let name = "foreground"

    /// - Parameter ingest: the category's ingest job.
    package static func job(category: String, ingest: JobKey, request: ForegroundRequest) throws -> Job {
        let (extractor, tested) = request.resolved(for: category)
        let asked = try JSONValue(encoding: extractor)
        return Job(
            JobKey(name, category), version: version, asked: asked, inputs: ["ingest": ingest], category: category
        ) { context in
            if !tested {
                context.notice(
                    "nobody has looked at the default foreground recipe for \(category) on real pictures yet: have a look at contact-sheet.png"
                )
            }
            try run(category, extractor, try IngestedCategory(folder: context.input("ingest").data), context)
            return .complete
        }
    }

    private static func run(
        _ category: String, _ extractor: ForegroundExtractor, _ ingested: IngestedCategory, _ context: JobContext
    ) throws {
        let data = context.object.data, normals = ingested.trainingNormals
        guard !normals.isEmpty else {
            throw Failure(
                .badData, "the category has no normal training pictures", at: category,
                remedy: "Name the right data set, or leave the category out.")
        }
        let done = Mutex(0)
        let records = try sideBySide(normals, width: Processors.current.count) { normal in
            let record = try unit(normal, extractor, ingested, context)
            done.withLock { done in
                done += 1
                context.progress(done, of: normals.count, normal.id)
            }
            return record
        }
        try JSONLines.write(records, to: data.appendingPathComponent("index.jsonl"))
        let sheet = try contactSheet(category, extractor, records, ingested, data)
        try DurableFile.write(Data(sheet.png()), to: data.appendingPathComponent("contact-sheet.png"))
        report(category, records, context)
    }

    /// One picture's mask: found on disk with its record, or made.
    private static func unit(
        _ normal: ImageRecord, _ extractor: ForegroundExtractor, _ ingested: IngestedCategory, _ context: JobContext
    ) throws -> ForegroundRecord {
        let data = context.object.data, stem = fileStem(normal.id)
        let file = "masks/\(stem).png", recordFile = data.appendingPathComponent("records/\(stem).json")
        if let known = try recorded(recordFile, mask: data.appendingPathComponent(file)) { return known }
        let image: Image
        do {
            image = try Image(contentsOf: ingested.url(normal.file).path)
        } catch {
            throw Failure(error)
        }
        let found = extractor.extract(from: image)
        let png = Data(try found.mask.png())
        let record = ForegroundRecord(
            id: normal.id, imageSHA256: normal.sha256, file: file, sha256: Digest.sha256(png),
            method: found.method.rawValue,
            threshold: found.threshold, polarity: found.polarity?.rawValue, coverage: found.mask.coverage,
            warnings: found.warnings)
        try DurableFile.write(png, to: data.appendingPathComponent(file))
        try DurableFile.write(try JSONLines.text(of: [record]), to: recordFile)
        return record
    }

    /// A unit's record, written after its mask; nil unless both are intact.
    ///
    /// - Throws: `Failure` 74 for what can't be read: that is not the same as missing.
    private static func recorded(_ recordFile: URL, mask: URL) throws(Failure) -> ForegroundRecord? {
        guard try DurableFile.exists(recordFile), try DurableFile.exists(mask) else { return nil }
        let record = try? JSONDecoder().decode(ForegroundRecord.self, from: try DurableFile.read(recordFile))
        guard let record, try Digest.sha256(file: mask) == record.sha256 else { return nil }
        return record
    }

    /// Ids are unique and hold slashes; a file's name must not: "screw/train/good/000" becomes "train-good-000". Ids of
    /// pictures in folders below a defect's ("…/good/a/0" and "…/good/a-0") and long ones get digits of their SHA-256.
    static func fileStem(_ id: String) -> String {
        let parts = id.split(separator: "/").dropFirst(), plain = parts.joined(separator: "-")
        if parts.count <= 3, plain.utf8.count <= 190 { return plain }
        var start = ""
        for character in plain {
            guard start.utf8.count + String(character).utf8.count <= 160 else { break }
            start.append(character)
        }
        return "\(start)~\(Digest.sha256(id).prefix(16))"
    }

    /// Reports every warning once, with the number of pictures that it applies to.
    private static func report(_ category: String, _ records: [ForegroundRecord], _ context: JobContext) {
        let counts = Dictionary(records.flatMap(\.warnings).map { ($0, 1) }, uniquingKeysWith: +)
        for (warning, count) in counts.sorted(by: { $0.key < $1.key }) {
            context.notice("\(category): \(count) of \(records.count) pictures: \(warning)")
        }
    }
}

extension Failure {
    /// A picture that can't be read, with the exit code that fits.
    init(_ error: ImageError) {
        self.init(ExitStatus(code: error.cause.rawValue), error.description)
    }
}
