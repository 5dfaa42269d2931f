import Algorithms
package import AnomalyDatasets
package import DetectorEvaluation
package import EngineLink
import Foundation
import ParameterKit
package import StageKit

/// Parameters of a threshold for one detector, category, shot count and seed.
package struct CalibrationParameters: Sendable {
    package var detector: FittedDetector
    package var className: String
    /// As the detector was fitted.
    package var aside: HeldAside
    /// Bytes of frozen features that may be kept on disk; affects only the time.
    package var cacheLimit: Int

    package init(detector: FittedDetector, className: String, aside: HeldAside, cacheLimit: Int) {
        (self.detector, self.className, self.aside, self.cacheLimit) = (detector, className, aside, cacheLimit)
    }
}

/// A part of stage 7: from which score on a picture is defective, by pictures that were held aside from the fit. Nothing
/// of the test split is read.
///
/// The object holds `held_aside.jsonl`, a line for each picture that was scored, and `threshold.json`
/// (`DecisionThreshold`). Of normals that were cut into tiles the whole picture's score counts, the highest of its
/// tiles'; a generated tile counts as it is.
package enum Calibration {
    package static let name = "calibrate"
    package static let version = 1

    /// A line of `held_aside.jsonl`.
    private struct Line: Codable {
        /// The normal's id, or the generated picture's unit.
        var id: String
        var generated: Bool
        var score: Double
    }

    /// - Parameter inputs: the roles `ingest`, `sample`, `generate`, `fit`.
    package static func job(
        subject: String, category: String, inputs: [String: JobKey], parameters: CalibrationParameters,
        engines: EnginePool
    ) -> Job {
        var asked = parameters.detector.asked([.result, .scoring])
        asked["class"] = .string(parameters.className)
        asked["held_aside"] = .double(parameters.aside.share)
        return Job(JobKey(name, subject), version: version, asked: .object(asked), inputs: inputs, category: category) {
            context in
            try run(context, parameters, engines)
            return .complete
        }
    }

    /// What a finished object says.
    package static func threshold(of object: StoredObject) throws -> DecisionThreshold {
        try JSONDecoder().decode(
            DecisionThreshold.self, from: try DurableFile.read(object.data.child("threshold.json")))
    }

    private static func run(_ context: JobContext, _ parameters: CalibrationParameters, _ engines: EnginePool) throws {
        let ingest = try IngestedCategory(folder: try context.input("ingest").data)
        let sample = try SampleRecord(folder: try context.input("sample").data)
        let aside = parameters.aside
        let (kept, held) = aside.normals(try ingest.images(of: sample), of: sample)
        let units: [ListedUnit] = try JSONLines.read(from: try context.input("generate").data.child("list.jsonl"))
        let generated = aside.scored(aside.pictures(units, of: sample, normals: held).held, of: sample)
        let normals = try aside.unseen(of: sample, in: ingest)
        for unit in generated { try context.store.unit(unit.imageUnit).check() }

        let files =
            normals.joined().map { ingest.url($0.file).path }
            + generated.map { context.store.unit($0.imageUnit).file("image.png").path }
        let scores = try scores(
            files, references: kept.map { ingest.url($0.file).path }, context, parameters, engines)
        func score(_ file: String) throws -> Double {
            guard let score = scores[file] else { throw Failure(.internalError, "a picture without a score", at: file) }
            return score
        }
        let lines =
            try normals.map { tiles in
                let highest = try tiles.map { try score(ingest.url($0.file).path) }.max() ?? 0
                return Line(id: tiles[0].picture, generated: false, score: highest)
            }
            + generated.map { unit in
                Line(
                    id: unit.unit, generated: true,
                    score: try score(context.store.unit(unit.imageUnit).file("image.png").path))
            }
        let threshold = DecisionThreshold(
            normals: lines.filter { !$0.generated }.map(\.score), generated: lines.filter(\.generated).map(\.score))
        let data = context.object.data
        try JSONLines.write(lines, to: data.child("held_aside.jsonl"))
        try DurableFile.write(try JSONValue(encoding: threshold).prettyText, to: data.child("threshold.json"))
        if threshold.rule != .f1 { context.notice("threshold: \(threshold.phrase)") }
    }

    /// File → score. What was scored before an interruption is not scored again.
    private static func scores(
        _ files: [String], references: [String], _ context: JobContext, _ parameters: CalibrationParameters,
        _ engines: EnginePool
    ) throws -> [String: Double] {
        let known = context.object.work.child("scores.json")
        var scores: [String: Double] = [:]
        if try !context.forced && DurableFile.exists(known) {
            let bytes = try DurableFile.read(known)
            // A file that isn't such a table is none of ours: everything is scored again.
            scores = (try? JSONDecoder().decode([String: Double].self, from: bytes)) ?? [:]
        }
        let open = files.filter { scores[$0] == nil }
        let maps = context.object.work.child("maps")
        try DurableFile.makeFolder(maps)
        context.progress(files.count - open.count, of: files.count)
        for chunk in open.chunks(ofCount: Detection.together(references: references.count)) {
            let request = ApplyRequest(
                call: parameters.detector.call, artefact: try context.input("fit").data.path, references: references,
                className: parameters.className,
                items: chunk.enumerated().map { ApplyItem(image: $1, output: maps.child("\($0).npy").path) },
                cache: FeatureCacheRequest(
                    folder: context.store.cache.appendingPathComponent("tokens").path, limit: parameters.cacheLimit))
            let items = try engines.borrow { try Detection.scores(request, context: context, engine: $0) }
            for (file, item) in zip(chunk, items) {
                guard let score = item.score, score.isFinite else {
                    throw Failure(.internalError, "the engine gave no finite score", at: file)
                }
                scores[file] = score
            }
            try DurableFile.write(try JSONValue(encoding: scores).prettyText, to: known)
            context.progress(files.count { scores[$0] != nil }, of: files.count)
        }
        return scores
    }
}
