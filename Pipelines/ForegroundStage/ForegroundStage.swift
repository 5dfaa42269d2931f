package import AnomalyDatasets
internal import Foundation
internal import Imaging
import ParameterKit
package import StageKit
internal import Synchronization

/// Finds the object in the normal training pictures of a category that a run sees.
///
/// Result: `index.jsonl` (a `ForegroundRecord` a line, sorted by id), `masks/<stem>.png` (8-bit grey, 0 or 255, the
/// picture's size), and `contact-sheet.png` to look at. Each mask is a unit: existing ones are not made again.
package enum ForegroundStage {
    /// Goes up whenever the same request gives other bytes.
    package static let version = 2
    package static let name = "foreground"

    /// - Parameters:
    ///   - subject: nil: the category.
    ///   - ingest: the category's ingest job.
    ///   - dataset: the public data set that the pictures are of, whose row of the table counts; nil: own pictures.
    ///   - own: masks that somebody drew; then nothing is looked for.
    ///   - shots: which pictures get masks; nil, or all shots: every normal picture, whatever seed chose it.
    ///   - speaks: whether it says that nobody has looked at the recipe.
    package static func job(
        subject: String? = nil, category: String, ingest: JobKey, request: ForegroundRequest, dataset: String? = nil,
        own: OwnMasks? = nil, shots: ShotChoice? = nil, speaks: Bool = true
    ) throws -> Job {
        let (extractor, tested) = request.resolved(for: category, of: dataset)
        let source = own.map { Source.drawn($0) } ?? .found(extractor)
        let choice = shots.flatMap { $0.shots == nil ? nil : $0 }
        var asked = try own.map { ["masks": .string($0.digest)] } ?? JSONValue(encoding: extractor).object ?? [:]
        if let choice {
            asked["sample"] = [
                "category": .string(category), "shots": choice.shots.map { .int($0) } ?? "full",
                "seed": .int(choice.seed), "order": .string(choice.order.rawValue),
            ]
        }
        var job = Job(
            JobKey(name, subject ?? category), version: version, asked: .object(asked), inputs: ["ingest": ingest],
            category: category
        ) { context in
            if !tested, own == nil, speaks {
                context.notice(
                    "nobody has looked at the default foreground recipe for \(category) on real pictures yet: have a look at contact-sheet.png"
                )
            }
            try run(category, source, try IngestedCategory(folder: context.input("ingest").data), choice, context)
            return .complete
        }
        job.reads = { inputs in
            try inputs["ingest"].map { Digest.sha256(try IngestedCategory(folder: $0.data).trainingListing) } ?? ""
        }
        return job
    }

    /// Where masks come from.
    private enum Source {
        case found(ForegroundExtractor)
        case drawn(OwnMasks)

        func foreground(of record: ImageRecord, _ image: () throws -> Image) throws -> (
            mask: Mask, method: String, threshold: Int?, polarity: String?, warnings: [String]
        ) {
            switch self {
            case .drawn(let own):
                let mask = try own.mask(of: record)
                return (mask, "own", nil, nil, record.tile == nil ? ForegroundLook.oddities(of: mask) : [])
            case .found(let extractor):
                let found = extractor.extract(from: try image())
                // A texture is the whole picture because somebody said so; a tile shows any part of its picture.
                let isPlain = found.method != .whole && found.warnings.isEmpty && record.tile == nil
                let looks = isPlain ? ForegroundLook.oddities(of: found.mask) : []
                return (
                    found.mask, found.method.rawValue, found.threshold, found.polarity?.rawValue, found.warnings + looks
                )
            }
        }
    }

    private static func run(
        _ category: String, _ source: Source, _ ingested: IngestedCategory, _ choice: ShotChoice?,
        _ context: JobContext
    ) throws {
        let data = context.object.data, all = ingested.trainingNormals
        guard !all.isEmpty else {
            throw Failure(
                .badData, "the category has no normal training pictures", at: category,
                remedy: "Name the right data set, or leave the category out.")
        }
        let chosen = try choice.map { Set(try ingested.normals(of: $0, in: category).map(\.id)) }
        let normals = all.filter { chosen?.contains($0.id) ?? true }
        if case .drawn(let own) = source { try own.checkAll(normals, category: category) }
        let done = Mutex(0)
        var records = try sideBySide(normals, width: Processors.current.count) { normal in
            let record = try unit(normal, source, ingested, context)
            done.withLock { done in
                done += 1
                context.progress(done, of: normals.count, normal.id)
            }
            return record
        }
        if normals.allSatisfy({ $0.tile == nil }) { records = ForegroundLook.comparing(records) }
        try JSONLines.write(records, to: data.appendingPathComponent("index.jsonl"))
        let sheet = try contactSheet(category, records, ingested, data)
        let file = data.appendingPathComponent("contact-sheet.png")
        try DurableFile.write(Data(sheet.png()), to: file)
        report(category, records, sheet: file, context)
    }

    /// One picture's mask: found on disk with its record, or made.
    private static func unit(
        _ normal: ImageRecord, _ source: Source, _ ingested: IngestedCategory, _ context: JobContext
    ) throws -> ForegroundRecord {
        let data = context.object.data, stem = fileStem(normal.id)
        let file = "masks/\(stem).png", recordFile = data.appendingPathComponent("records/\(stem).json")
        if let known = try recorded(recordFile, mask: data.appendingPathComponent(file)) { return known }
        let found: (mask: Mask, method: String, threshold: Int?, polarity: String?, warnings: [String])
        do {
            found = try source.foreground(of: normal) { try Image(contentsOf: ingested.url(normal.file).path) }
        } catch let error as ImageError {
            throw Failure(error)
        }
        let png = Data(try found.mask.png())
        let record = ForegroundRecord(
            id: normal.id, imageSHA256: normal.sha256, file: file, sha256: Digest.sha256(png),
            method: found.method, threshold: found.threshold, polarity: found.polarity, coverage: found.mask.coverage,
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
        let bytes = try DurableFile.read(recordFile)
        guard let record = try? JSONDecoder().decode(ForegroundRecord.self, from: bytes),
            try Digest.sha256(file: mask) == record.sha256
        else { return nil }
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

    /// All warnings in one notice, each with how many pictures it is about, and where to look.
    private static func report(
        _ category: String, _ records: [ForegroundRecord], sheet: URL, _ context: JobContext
    ) {
        let counts = Dictionary(records.flatMap(\.warnings).map { ($0, 1) }, uniquingKeysWith: +)
        guard !counts.isEmpty else { return }
        let sentences = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { "\($1) of \(records.count) pictures: \($0)" }
        context.notice(
            """
            \(category): look at the foregrounds in \(sheet.relativePathFromHere): \(sentences.joined(separator: "; ")). \
            Damage is drawn where a foreground is; set foreground.overrides.\(category), or give masks with foreground.masks
            """)
    }
}

extension Failure {
    /// A picture that can't be read, with the exit code that fits.
    init(_ error: ImageError) {
        self.init(ExitStatus(code: error.cause.rawValue), error.description)
    }
}
