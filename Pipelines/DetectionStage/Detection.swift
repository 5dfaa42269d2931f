import Algorithms
package import AnomalyDatasets
package import DetectorEvaluation
package import EngineLink
import Foundation
import ParameterKit
package import StageKit

/// Parameters of detection for one detector, category, shot count and seed.
package struct DetectionParameters: Sendable {
    package var detector: FittedDetector
    package var className: String
    package var comparison: MapComparison
    /// Where normals of the sample were held aside from the fit: how; they are no references either.
    package var aside: HeldAside?
    /// Bytes of frozen features that may be kept on disk; affects only the time.
    package var cacheLimit: Int

    package init(
        detector: FittedDetector, className: String, comparison: MapComparison, aside: HeldAside? = nil,
        cacheLimit: Int
    ) {
        (self.detector, self.className, self.aside) = (detector, className, aside)
        (self.comparison, self.cacheLimit) = (comparison, cacheLimit)
    }
}

/// The first half of stage 7: a detector's scores and maps on the real test split, one object per category, shot count
/// and seed, so that an interrupted report continues picture by picture and another shot count recomputes none.
///
/// Tiles are scored as pictures; then those of a picture are put together: the map is theirs blended, the score the
/// highest of theirs, and what is judged is the whole picture.
package enum Detection {
    package static let name = "detect"
    /// Version of the records and the metrics; scores and maps depend on the method's own version.
    package static let version = 6
    /// Pictures per call to the engine, the most that a kill loses. Every call searches the whole bank, so there are
    /// more pictures a call if it has many normals.
    static func together(references: Int) -> Int { references > 16 ? 32 : 8 }

    /// - Parameter inputs: the roles `ingest`, `sample`, `fit`.
    package static func job(
        subject: String, category: String, inputs: [String: JobKey], parameters: DetectionParameters,
        engines: EnginePool
    ) -> Job {
        var asked = parameters.detector.asked([.result, .scoring])
        asked["class"] = .string(parameters.className)
        asked["smoothing"] = .double(parameters.comparison.smoothing)
        if let size = parameters.comparison.size { asked["size"] = .int(size) }
        if let aside = parameters.aside { asked["held_aside"] = .double(aside.share) }
        return Job(JobKey(name, subject), version: version, asked: .object(asked), inputs: inputs, category: category) {
            context in
            try run(context, parameters: parameters, engines: engines)
            return .complete
        }
    }

    private static func run(_ context: JobContext, parameters: DetectionParameters, engines: EnginePool) throws {
        let ingest = try IngestedCategory(folder: try context.input("ingest").data)
        let sample = try SampleRecord(folder: try context.input("sample").data)
        let fitted = try context.input("fit").data
        let chosen = try ingest.images(of: sample), seen = parameters.aside?.normals(chosen, of: sample).kept ?? chosen
        let references = seen.map { ingest.url($0.file).path }
        let tests = ingest.tests
        let units = tests.indices.map { UnitFolder(context, number: $0) }
        // If forced, all pictures are done again; else a picture is done if its record and map are intact.
        let open = try tests.indices.filter { try context.forced || !units[$0].isDone() }
        var done = tests.count - open.count
        let together = Self.together(references: references.count)
        for chunk in open.chunks(ofCount: together) {
            for number in chunk { try units[number].prepare() }
            let request = ApplyRequest(
                call: parameters.detector.call, artefact: fitted.path, references: references,
                className: parameters.className,
                items: chunk.map { ApplyItem(image: ingest.url(tests[$0].file).path, output: units[$0].scratch.path) },
                cache: FeatureCacheRequest(
                    folder: context.store.cache.appendingPathComponent("tokens").path, limit: parameters.cacheLimit))
            let scores = try engines.borrow { try self.scores(request, context: context, engine: $0) }
            for (number, score) in zip(chunk, scores) { try units[number].commit(id: tests[number].id, score) }
            done += chunk.count
            context.progress(done, of: tests.count)
        }
        let pictures = try ingest.testPictures()
        let records = try whole(try units.map { try $0.record() }, pictures)
        let data = context.object.data
        try DetectionResults.write(records, to: data)
        let unknown = pictures.count { $0.maskIsUnknown }
        if unknown > 0 {
            context.notice(
                "\(unknown) defective picture\(unknown == 1 ? " has" : "s have") no mask: pixel metrics leave them out, and are not defined where none has one"
            )
        }
        let metrics = try self.metrics(
            records, of: pictures, data: data, category: ingest, comparison: parameters.comparison)
        try DetectionResults.write(image: metrics.image, pixel: metrics.pixel, to: data)
    }

    static func scores(_ request: ApplyRequest, context: JobContext, engine: EngineRoom) throws -> [AppliedItem] {
        do throws(EngineFailure) {
            let result = try engine.call(.score(request), notice: { context.notice($0) })
            if case .applied(let scores) = result, scores.count == request.items.count {
                if let failure = scores.lazy.compactMap(\.failure).first { throw failure }
                return scores
            }
        } catch {
            throw Failure(
                ExitStatus(code: error.kind.exitCode), error.message, at: context.key.description)
        }
        throw Failure(.internalError, "the engine answered score with something else")
    }
}

/// One test picture's folder. The map is written first; the record, renamed into place last, marks it as complete.
private struct UnitFolder {
    let number: Int
    let path: String
    let folder: URL
    let scratch: URL

    init(_ context: JobContext, number: Int) {
        self.number = number
        let digits = String(number)
        path = "units/" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits
        folder = context.object.data.appendingPathComponent(path)
        scratch = context.object.work.appendingPathComponent("map-\(number).npy")
    }

    private var recordFile: URL { folder.appendingPathComponent("record.json") }
    private var mapFile: URL { folder.appendingPathComponent("map.npy") }

    /// Whether the record and its map are intact; if the map was damaged or removed, the picture is scored again.
    ///
    /// - Throws: `Failure` 74 naming a file that can't be read: that is neither missing nor damaged.
    func isDone() throws -> Bool {
        guard try DurableFile.exists(recordFile), try DurableFile.exists(mapFile) else { return false }
        let bytes = try DurableFile.read(recordFile)
        guard let record = try? JSONDecoder().decode(DetectionRecord.self, from: bytes) else { return false }
        return try record.mapSHA256 == Digest.sha256(file: mapFile)
    }

    func prepare() throws { try DurableFile.remove(scratch) }

    func commit(id: String, _ scored: AppliedItem) throws {
        guard let score = scored.score else {
            throw Failure(.internalError, "the engine gave no score", at: id)
        }
        try DurableFile.remove(recordFile)
        try DurableFile.makeFolder(folder)
        try DurableFile.syncFile(scratch)
        let digest = try Digest.sha256(file: scratch)
        try DurableFile.rename(scratch, to: mapFile)
        let record = DetectionRecord(
            id: id, score: score, parts: scored.parts, facts: scored.facts, map: path + "/map.npy", mapSHA256: digest)
        try DurableFile.write(try JSONValue(encoding: record).prettyText, to: recordFile)
    }

    func record() throws -> DetectionRecord {
        try JSONDecoder().decode(DetectionRecord.self, from: try DurableFile.read(recordFile))
    }
}
