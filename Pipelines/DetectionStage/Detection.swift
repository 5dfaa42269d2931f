import AnomalyDatasets
package import DetectorEvaluation
package import EngineLink
package import Foundation
package import StageKit

/// What detection is asked for one category, shot count and seed.
package struct DetectionParameters: Sendable {
    package var model: URL
    package var modelDigest: String
    package var className: String
    package var vlad: VLADParameters
    /// A file of sentences and its digest; nil: the engine's own.
    package var prompts: (file: URL, digest: String)?
    package var comparison: MapComparison
    /// Bytes of frozen tokens that may be kept on disk; decides nothing but the time.
    package var cacheLimit: Int

    package init(
        model: URL, modelDigest: String, className: String, vlad: VLADParameters, prompts: (file: URL, digest: String)?,
        comparison: MapComparison, cacheLimit: Int
    ) {
        (self.model, self.modelDigest, self.className) = (model, modelDigest, className)
        (self.vlad, self.prompts, self.comparison, self.cacheLimit) = (vlad, prompts, comparison, cacheLimit)
    }
}

/// The first half of stage 7: VLAD's scores and maps on the real test split, one object per category, shot count and
/// seed, so that an interrupted report goes on picture by picture and another shot count recomputes none of them.
package enum Detection {
    package static let name = "detect"
    package static let version = 5
    /// Pictures per call to the engine: what a kill costs at most. A bank of many normals is gone through once a call.
    private static func pictures(references: Int) -> Int { references > 16 ? 32 : 8 }

    /// - Parameter inputs: the roles `ingest`, `sample`, `train`.
    package static func job(
        subject: String, category: String, inputs: [String: JobKey], parameters: DetectionParameters,
        engines: EnginePool
    ) throws -> Job {
        var asked: [String: JSONValue] = [
            "model": .string(parameters.modelDigest), "class": .string(parameters.className),
            "parameters": try JSONValue(encoding: parameters.vlad),
            "smoothing": .double(parameters.comparison.smoothing),
        ]
        if let size = parameters.comparison.size { asked["size"] = .int(size) }
        if let prompts = parameters.prompts { asked["prompts"] = .string(prompts.digest) }
        return Job(JobKey(name, subject), version: version, asked: .object(asked), inputs: inputs, category: category) {
            context in
            try run(context, parameters: parameters, engines: engines)
            return .complete
        }
    }

    private static func run(_ context: JobContext, parameters: DetectionParameters, engines: EnginePool) throws {
        let ingest = try IngestedCategory(folder: try context.input("ingest").data)
        let sample = try SampleRecord(folder: try context.input("sample").data)
        let adapters = try context.input("train").data.appendingPathComponent("adapters.safetensors")
        let references = try ingest.images(of: sample).map { ingest.url($0.file).path }
        let tests = ingest.tests
        let units = tests.indices.map { UnitFolder(context, number: $0) }
        let open = tests.indices.filter { !units[$0].isDone }
        var done = tests.count - open.count
        let together = pictures(references: references.count)
        for chunk in stride(from: 0, to: open.count, by: together).map({ open[$0..<min($0 + together, open.count)] }) {
            for number in chunk { try units[number].prepare() }
            let request = DetectRequest(
                model: parameters.model.path, adapters: adapters.path, className: parameters.className,
                references: references,
                images: chunk.map { DetectImage(image: ingest.url(tests[$0].file).path, map: units[$0].scratch.path) },
                parameters: parameters.vlad, prompts: parameters.prompts?.file.path,
                cache: TokenCache(
                    folder: context.store.cache.appendingPathComponent("tokens").path, limit: parameters.cacheLimit))
            let scores = try engines.borrow { try self.scores(request, context: context, engine: $0) }
            for (number, score) in zip(chunk, scores) { try units[number].commit(id: tests[number].id, score) }
            done += chunk.count
            context.progress(done, of: tests.count)
        }
        let records = try units.map { try $0.record() }
        let data = context.object.data
        try DetectionResults.write(records, to: data)
        let metrics = try self.metrics(records, data: data, of: ingest, comparison: parameters.comparison)
        try DetectionResults.write(image: metrics.image, pixel: metrics.pixel, to: data)
    }

    private static func scores(_ request: DetectRequest, context: JobContext, engine: EngineRoom) throws
        -> [DetectScore]
    {
        do throws(EngineFailure) {
            let result = try engine.call(.detect(request), notice: { context.notice($0) })
            if case .detect(let answer) = result, answer.scores.count == request.images.count { return answer.scores }
        } catch {
            throw Failure(
                ExitStatus(code: error.kind.exitCode), error.message, at: context.key.description)
        }
        throw Failure(.internalError, "the engine answered detect with something else")
    }
}

/// One test picture's folder: the map first, the record, renamed last, makes it whole.
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
    var isDone: Bool { FileManager.default.fileExists(atPath: recordFile.path) }

    func prepare() throws { try DurableFile.remove(scratch) }

    func commit(id: String, _ score: DetectScore) throws {
        try DurableFile.makeFolder(folder)
        try DurableFile.syncFile(scratch)
        try DurableFile.rename(scratch, to: folder.appendingPathComponent("map.npy"))
        let record = DetectionRecord(
            id: id, score: score.score, visionLanguage: score.visionLanguage, visionVision: score.visionVision,
            map: path + "/map.npy")
        try DurableFile.write(try JSONValue(encoding: record).prettyText, to: recordFile)
    }

    func record() throws -> DetectionRecord {
        try JSONDecoder().decode(DetectionRecord.self, from: try DurableFile.read(recordFile))
    }
}
