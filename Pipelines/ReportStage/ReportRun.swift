import AnomalyDatasets
import DetectorEvaluation
import EvaluationMetrics
import Foundation
import Imaging
import ParameterKit
import Reporting
import StageKit

/// One run of the stage: gathers detection's measurements and writes them in every form.
struct ReportRun {
    let context: JobContext
    let parameters: ReportParameters

    func run() throws -> Job.Outcome {
        let all = try parameters.detectors.map { try results($0) }
        guard let first = all.first else { throw Failure(.internalError, "a report without detectors") }
        let report = RunReport(first, others: Array(all.dropFirst()))
        let data = context.object.data
        try DurableFile.write(report.terminal, to: data.appendingPathComponent("table.txt"))
        try DurableFile.write(report.markdown, to: data.appendingPathComponent("report.md"))
        try DurableFile.write(report.csv, to: data.appendingPathComponent("metrics.csv"))
        try DurableFile.write(report.json.prettyText, to: data.appendingPathComponent("metrics.json"))
        let page = ReportPage(report, galleries: try galleries())
        try DurableFile.write(try page.html(), to: data.appendingPathComponent("report.html"))
        return .complete
    }

    private func results(_ detector: ReportParameters.JudgingDetector) throws -> RunResults {
        var shots: [ShotResults] = []
        var tests: [String: Int] = [:]
        for name in parameters.categories { tests[name] = try ingested(name).testPictures().count }
        for count in distinctShots {
            let models = parameters.models.filter { $0.shots == count }
            let categories = try parameters.categories.map { name in
                ShotResults.Category(
                    name: name,
                    values: try models.map {
                        try DetectionResults.metrics(of: detected(name, $0, by: detector.name), pro: parameters.pro)
                    },
                    pictures: parameters.features == nil
                        ? [] : try models.map { try PictureValues(of: context.input("assess:\(name):\($0.label)")) }
                )
            }
            shots.append(ShotResults(shots: count, seeds: models.map(\.seed), categories: categories))
        }
        let records = try datasets()
        let facts = EvaluationProtocol(
            dataset: PublishedDataset.title(of: records), generator: parameters.generator, detector: detector.phrase,
            setting: ModelSetting(categories: parameters.categories.count, isShared: detector.isShared),
            imageSize: detector.imageSize,
            auxiliary: try auxiliary(), pro: parameters.pro.rawValue, proTitle: parameters.pro.title,
            mapSize: parameters.comparison.sizeText, smoothing: parameters.comparison.smoothing, testImages: tests,
            tiles: parameters.tiles)
        return RunResults(
            name: parameters.name, detector: detector.name, facts: facts, shots: shots,
            published: detector.isThePapers ? published(records) : [:],
            untrainedWeights: parameters.untrainedWeights, warnings: records.flatMap(\.warnings), quality: try quality()
        )
    }

    private func quality() throws -> QualityProtocol? {
        guard let features = parameters.features else { return nil }
        let summaries = try parameters.categories.map {
            ($0, try RealPicturesSummary(of: context.input("embed:\($0)")))
        }
        let size = summaries.lazy.compactMap(\.1.imageSize).first
        return QualityProtocol(
            features: features + (size.map { ", \($0) × \($0) pixels" } ?? ""),
            realPictures: Dictionary(summaries.map { ($0, $1.pictures) }, uniquingKeysWith: { first, _ in first }),
            lpips: parameters.lpips)
    }

    /// The first model of each shot count, every category: a few telling test pictures.
    private func galleries() throws -> [ReportPage.Gallery] {
        try parameters.detectors.flatMap { detector in
            try distinctShots.flatMap { count -> [ReportPage.Gallery] in
                guard let model = parameters.models.first(where: { $0.shots == count }) else { return [] }
                return try parameters.categories.map { try gallery($0, model, detector) }
            }
        }
    }

    private func gallery(
        _ name: String, _ model: SampledModel, _ detector: ReportParameters.JudgingDetector
    ) throws -> ReportPage.Gallery {
        let category = try ingested(name)
        let tests = Dictionary(try category.testPictures().map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let object = try detected(name, model, by: detector.name)
        let records = try DetectionResults.records(of: object)
        let candidates = records.compactMap { record in
            tests[record.id].map {
                PictureChoice.Candidate(id: record.id, defect: $0.defect, anomalous: $0.anomalous, score: record.score)
            }
        }
        let maps = Dictionary(records.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        // One range for all pictures of a comparison, so that equal colours mean equal scores.
        var range: ClosedRange<Float> = 0...0
        var first = true
        for record in records {
            for value in try DetectionResults.grids(record, data: object.data).lazy.flatMap(\.values) {
                range = first ? value...value : min(range.lowerBound, value)...max(range.upperBound, value)
                first = false
            }
        }
        let pictures = try PictureChoice.choose(candidates).compactMap { chosen -> ReportPage.Picture? in
            guard let picture = tests[chosen.id], let record = maps[chosen.id] else { return nil }
            let image = try category.image(of: picture)
            let mask = try picture.mask.map { try Mask(contentsOf: category.url($0).path, above: 127) }
            // Pictures are shown at their own size, whatever the maps were compared at.
            let map = MapComparison(smoothing: parameters.comparison.smoothing).map(
                try DetectionResults.map(record, data: object.data), width: picture.width, height: picture.height)
            return ReportPage.Picture(
                id: chosen.id, defect: picture.defect, anomalous: picture.anomalous, score: record.score,
                reason: chosen.reason, detection: DetectionPicture(image: image, mask: mask, map: map, range: range))
        }
        let shots = model.shots == "full" ? "full-shot" : "\(model.shots)-shot"
        let title =
            (parameters.detectors.count > 1 ? "\(detector.name): " : "") + "\(name), \(shots), seed \(model.seed)"
        return ReportPage.Gallery(title: title, range: range, pictures: pictures)
    }

    var distinctShots: [String] {
        parameters.models.reduce(into: []) { if !$0.contains($1.shots) { $0.append($1.shots) } }
    }

    private func ingested(_ category: String) throws -> IngestedCategory {
        try IngestedCategory(folder: try context.input("ingest:\(category)").data)
    }

    private func detected(_ category: String, _ model: SampledModel, by detector: String) throws -> StoredObject {
        try context.input("detect:\(detector):\(category):\(model.label)")
    }
}
