import AnomalyDatasets
import DetectorEvaluation
import EvaluationMetrics
import Foundation
import Imaging
import ParameterKit
import Reporting
import StageKit

/// One run of the stage: gathers what generation, detection and assessment left and writes it in every form.
struct ReportRun {
    let context: JobContext
    let parameters: ReportParameters

    func run() throws -> Job.Outcome {
        let records = try datasets()
        let counts = try pictureCounts()
        let all = try parameters.detectors.map { try results($0, records, counts) }
        let report = all.first.map { RunReport($0, others: Array(all.dropFirst())) }
        let data = context.object.data
        if let report {
            try DurableFile.write(report.terminal, to: data.appendingPathComponent("table.txt"))
            try DurableFile.write(report.markdown, to: data.appendingPathComponent("report.md"))
            try DurableFile.write(report.csv, to: data.appendingPathComponent("metrics.csv"))
            try DurableFile.write(report.json.prettyText, to: data.appendingPathComponent("metrics.json"))
            try DurableFile.write(try scoreSheet().csv, to: data.appendingPathComponent(ScoreSheet.fileName))
        }
        let gate = try gateSheet()
        if let gate { try DurableFile.write(gate.csv, to: data.appendingPathComponent(GateSheet.fileName)) }
        let page = ReportPage(
            ReportPage.Heading(
                name: parameters.name, dataset: PublishedDataset.title(of: records), generator: parameters.generator,
                untrained: parameters.untrainedWeights, warnings: records.flatMap(\.warnings)),
            made: try made(), report: report, judged: try judgedSamples(), counts: counts,
            scores: report == nil ? nil : ScoreSheet.fileName, gate: gate)
        try DurableFile.write(page.html(), to: data.appendingPathComponent("report.html"))
        return .complete
    }

    private func results(
        _ detector: ReportParameters.JudgingDetector, _ records: [DatasetRecord], _ counts: PictureCounts
    ) throws -> RunResults {
        var shots: [ShotResults] = []
        for count in distinctShots {
            let models = parameters.models.filter { $0.shots == count }
            let categories = try parameters.categories.map { name in
                ShotResults.Category(
                    name: name,
                    values: try models.map {
                        try DetectionResults.metrics(of: detected(name, $0, by: detector.name), pro: parameters.pro)
                    },
                    pictures: parameters.features == nil
                        ? [] : try models.map { try PictureValues(of: context.input("assess:\(name):\($0.label)")) },
                    decisions: parameters.heldAside == nil
                        ? [] : try models.map { try decision(name, $0, by: detector.name) },
                    regions: parameters.features == nil
                        ? []
                        : try models.map {
                            try [RegionComparison](of: context.input("assess:\(name):\($0.label)"))
                        }
                )
            }
            shots.append(ShotResults(shots: count, seeds: models.map(\.seed), categories: categories))
        }
        let facts = EvaluationProtocol(
            dataset: PublishedDataset.title(of: records), generator: parameters.generator, detector: detector.phrase,
            setting: ModelSetting(categories: parameters.categories.count, isShared: detector.isShared),
            imageSize: detector.imageSize,
            auxiliary: try auxiliary(), pro: parameters.pro.rawValue, proTitle: parameters.pro.title,
            mapSize: parameters.comparison.sizeText, smoothing: parameters.comparison.smoothing,
            testImages: counts.categories.mapValues { $0.good + $0.defective }, tiles: parameters.tiles,
            view: detector.view)
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

    private func pictureCounts() throws -> PictureCounts {
        var counts: [String: PictureCounts.Category] = [:]
        for name in parameters.categories {
            let tests = try ingested(name).testPictures()
            var synthetic: [String: Int] = [:]
            for model in parameters.models {
                let count = try units(name, model).count
                synthetic[model.shots] = min(synthetic[model.shots] ?? count, count)
            }
            let good = tests.count { !$0.anomalous }
            counts[name] = .init(good: good, defective: tests.count - good, synthetic: synthetic)
        }
        return PictureCounts(counts)
    }

    var distinctShots: [String] {
        parameters.models.reduce(into: []) { if !$0.contains($1.shots) { $0.append($1.shots) } }
    }

    func ingested(_ category: String) throws -> IngestedCategory {
        try IngestedCategory(folder: try context.input("ingest:\(category)").data)
    }

    func units(_ category: String, _ model: SampledModel) throws -> [ListedUnit] {
        try JSONLines.read(from: try context.input("generate:\(category):\(model.label)").data.child("list.jsonl"))
    }

    func detected(_ category: String, _ model: SampledModel, by detector: String) throws -> StoredObject {
        try context.input("detect:\(detector):\(category):\(model.label)")
    }

    /// "1-shot, seed 0".
    func title(_ model: SampledModel) -> String {
        (model.shots == "full" ? "full-shot" : "\(model.shots)-shot") + ", seed \(model.seed)"
    }
}
