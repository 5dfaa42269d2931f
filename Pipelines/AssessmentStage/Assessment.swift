import AnomalyDatasets
package import EngineLink
package import Foundation
import Imaging
import ParameterKit
import Reporting
package import StageKit

/// Parameters for the assessment of one category's synthetic pictures.
package struct AssessmentParameters: Sendable {
    package var model: URL
    package var modelDigest: String
    /// Anomaly → the sentence of its prompt.
    package var sentences: [(anomaly: String, text: String)]
    /// LPIPS weights; nil: diversity is not measured.
    package var lpips: (file: URL, digest: String)?

    package init(
        model: URL, modelDigest: String, sentences: [(anomaly: String, text: String)],
        lpips: (file: URL, digest: String)? = nil
    ) {
        (self.model, self.modelDigest, self.sentences) = (model, modelDigest, sentences)
        self.lpips = lpips
    }
}

/// A part of stage 7: assesses the synthetic pictures of a category, shot count and seed.
///
/// The object holds `pictures.jsonl`, a line for each picture, `diversity.jsonl`, a line for each group of pictures,
/// `regions.json`, the distances under the masks, and `figures.json`, the totals.
package enum Assessment {
    package static let name = "assess"
    package static let version = 6

    private struct Line: Codable {
        var unit: String
        var anomaly: String
        /// Nil for pictures that were made from no normal of this run.
        var measures: PictureMeasures?
        /// Cosine similarity to each sentence, in the order of `sentences`.
        var similarities: [Double]
    }

    /// - Parameter inputs: the roles `ingest`, `foreground`, `sample`, `embed`, `generate`.
    package static func job(
        subject: String, category: String, inputs: [String: JobKey], parameters: AssessmentParameters,
        engines: EnginePool
    ) throws -> Job {
        let asked: JSONValue = [
            "model": .string(parameters.modelDigest),
            "sentences": .array(parameters.sentences.map { [.string($0.anomaly), .string($0.text)] }),
            "lpips": parameters.lpips.map { .string($0.digest) } ?? .null,
        ]
        return Job(JobKey(name, subject), version: version, asked: asked, inputs: inputs, category: category) {
            context in
            try run(context, parameters, engines)
            return .complete
        }
    }

    private static func run(_ context: JobContext, _ parameters: AssessmentParameters, _ engines: EnginePool) throws {
        let ingest = try IngestedCategory(folder: try context.input("ingest").data)
        let foregrounds = try context.input("foreground").data
        let masks: [ForegroundRecord] = try JSONLines.read(from: foregrounds.child("index.jsonl"))
        let units: [ListedUnit] = try JSONLines.read(
            from: try context.input("generate").data.child("list.jsonl"))
        let lines = try self.lines(
            units, ingest: ingest,
            foregrounds: Dictionary(masks.map { ($0.id, foregrounds.child($0.file)) }) { one, _ in one },
            context, parameters, engines)
        let data = context.object.data
        try JSONLines.write(lines, to: data.child("pictures.jsonl"))
        var values = means(lines, anomalies: parameters.sentences.map(\.anomaly))
        values[.kidOfGood] = try RealPicturesSummary(of: try context.input("embed")).kidOfGood
        values[.kid] = try kid(units, context, parameters, engines)
        let regions = try regions(units, context, parameters, engines)
        try regions.write(to: data)
        values[.regionDistance] = regions.first?.distance
        if let weights = parameters.lpips {
            let groups = try diversity(
                units, normals: ingest, context, weights: weights.file, digest: weights.digest, engines)
            try JSONLines.write(groups, to: data.child("diversity.jsonl"))
            values[.diversity] = SeedStatistics(groups.map(\.distance)).mean
            values[.diversityInside] = SeedStatistics(groups.map(\.distanceInside)).mean
        }
        try values.write(to: data)
    }

    private static func measures(_ unit: ListedUnit, normal: URL, foreground: URL?, store: ArtifactStore) throws
        -> PictureMeasures?
    {
        let folder = store.unit(unit.unit), label = store.unit(unit.labelUnit)
        try folder.check()
        if label.id != folder.id { try label.check() }
        let picture = try Image(contentsOf: store.unit(unit.imageUnit).file("image.png").path)
        let source = try Image(contentsOf: normal.path)
        // The generator drops alpha, so the source is converted to the picture's channels. If size or channels still
        // differ, there is nothing to compare.
        let before = source.channels == picture.channels ? source : picture.channels == 1 ? source.grey() : source.rgb()
        guard before.width == picture.width, before.height == picture.height, before.channels == picture.channels else {
            return nil
        }
        let reconstruction = folder.file("reconstruction.png")
        // A picture that was put together with its normal is compared with that; the reconstruction is one of its
        // window.
        let hasOne = unit.image == nil && FileManager.default.fileExists(atPath: reconstruction.path)
        let mask = try Mask(contentsOf: label.file("mask.png").path, above: 127)
        let decoded = hasOne ? try Image(contentsOf: reconstruction.path) : nil
        let object =
            try foreground.map { try Mask(contentsOf: $0.path, above: 127) }
            ?? Mask(width: picture.width, height: picture.height, repeating: true)
        let sizes =
            [(mask.width, mask.height), (object.width, object.height)]
            + [decoded].compactMap { $0.map { ($0.width, $0.height) } }
        guard sizes.allSatisfy({ $0 == (picture.width, picture.height) }),
            decoded.map({ $0.channels == picture.channels }) ?? true
        else {
            throw Failure(
                .badData, "the picture, its label and its reconstruction are not of one size", at: folder.folder.path,
                remedy: "Remove the unit's folder and run again.")
        }
        return PictureMeasures(
            picture: picture, normal: before, reconstruction: decoded, mask: mask, foreground: object)
    }

    /// A line for each unit, in portions.
    private static func lines(
        _ units: [ListedUnit], ingest: IngestedCategory, foregrounds: [String: URL], _ context: JobContext,
        _ parameters: AssessmentParameters, _ engines: EnginePool
    ) throws -> [Line] {
        let asked: JSONValue = [
            .string(parameters.modelDigest),
            .array(parameters.sentences.map { .string($0.text) }),
        ]
        let portions = Portions(context: context, name: "pictures", asked: asked)
        // The record's digest identifies a unit with all its files.
        func name(_ unit: ListedUnit) -> String { "\(unit.record) \(unit.labelRecord ?? "")" }
        return try portions.results(Portions.parts(of: units), engines: engines, pictures: name) { part, ask in
            let similarities = try self.similarities(part, context, parameters, ask)
            return try zip(part, similarities).map { unit, row in
                let measures = try unit.source.flatMap { ingest[$0] }.map {
                    try self.measures(
                        unit, normal: ingest.url($0.file), foreground: unit.source.flatMap { foregrounds[$0] },
                        store: context.store)
                }
                return Line(unit: unit.unit, anomaly: unit.anomaly, measures: measures ?? nil, similarities: row)
            }
        }.flatMap(\.self)
    }

    private static func similarities(
        _ units: ArraySlice<ListedUnit>, _ context: JobContext, _ parameters: AssessmentParameters,
        _ ask: (EngineOperation) throws -> EngineResult
    ) throws -> [[Double]] {
        guard parameters.sentences.count > 1 else { return units.map { _ in [] } }
        let request = SimilarityRequest(
            model: parameters.model.path, sentences: parameters.sentences.map(\.text),
            images: units.map { context.store.unit($0.imageUnit).file("image.png").path })
        guard case .similarity(let answer) = try ask(.similarity(request)),
            answer.similarities.count == units.count,
            answer.similarities.allSatisfy({ $0.count == parameters.sentences.count })
        else {
            throw Failure(.internalError, "the engine answered similarity with something else")
        }
        return answer.similarities
    }

    private static func means(_ lines: [Line], anomalies: [String]) -> PictureValues {
        func mean(_ values: [Double?]) -> Double? { SeedStatistics(values).mean }
        let measures = lines.compactMap(\.measures)
        var values = PictureValues()
        values[.changed] = mean(measures.map { $0.isChanged ? 1 : 0 })
        values[.changeInside] = mean(measures.map(\.changeInside))
        values[.changeOutside] = mean(measures.map(\.changeOutside))
        values[.reconstructionError] = mean(measures.map(\.reconstructionError))
        values[.labelIoU] = mean(measures.map(\.labelIoU))
        values[.labelArea] = mean(measures.map(\.labelArea))
        values[.backgroundPSNR] = mean(measures.map(\.backgroundPSNR))
        let asked = lines.compactMap { line in
            anomalies.firstIndex(of: line.anomaly).flatMap { line.similarities.isEmpty ? nil : ($0, line.similarities) }
        }
        values[.recognised] = WordRecognition.share(asked.map(\.1), own: asked.map(\.0))
        values[.chance] = values[.recognised].map { _ in 1 / Double(anomalies.count) }
        return values
    }
}
