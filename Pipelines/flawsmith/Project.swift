import AnomalyDatasets
import EngineLink
import ExportStage
import Foundation
import GenerationStage
import IngestStage
import ManifestKit
import ManifestSections
import ParameterKit
import RunGraph
import ReportStage
import Reporting
import StageKit

/// A manifest with everything that follows from it: data set, models, jobs, folders.
struct Project {
    let manifest: Manifest
    let store: ArtifactStore
    let folder: RunFolder
    let graph: JobGraph
    let exports: [PlannedExport]
    private let selection: Runner.Options
    private let engines: EnginePool

    /// - Parameters:
    ///   - selection: which of its jobs are meant.
    ///   - isRun: they are run afterwards.
    init(
        _ manifest: Manifest, store: ArtifactStore, selection: Runner.Options = Runner.Options(), engines: EnginePool,
        isRun: Bool = false, notice: @escaping (String) -> Void
    ) throws {
        (self.manifest, self.store, self.selection, self.engines) = (manifest, store, selection, engines)
        folder = RunFolder(store: store, name: manifest.name, asked: manifest.askedText)
        (graph, exports) = try GraphBuilder(
            manifest: manifest, store: store, engines: engines, isRun: isRun, notice: notice
        ).plan()
    }

    init(
        _ options: RunOptions, engines: EnginePool, isRun: Bool = false, notice: @escaping (String) -> Void
    ) throws {
        try self.init(
            Manifest.load(path: options.manifest, overrides: options.set), store: options.store,
            selection: options.runner(),
            engines: engines, isRun: isRun, notice: notice)
        try OnlyChoice(options.only).check(categories: categories, sampling: manifest.sampling)
    }

    /// In the order of the jobs.
    var categories: [String] {
        graph.jobs.reduce(into: []) { found, job in
            if let category = job.category, !found.contains(category) { found.append(category) }
        }
    }

    func runner(keepGoing: Bool) -> Runner {
        var options = selection
        options.keepGoing = keepGoing
        options.atOnce = engines.count
        return Runner(graph: graph, store: store, run: folder, stages: StageName.order, options: options)
    }

    /// Copies the report into the run's folder, the page with what the run cost and how it is done again; writes
    /// nothing that is there already.
    func publishReport(_ summary: Runner.Summary) throws {
        guard let report = reportObject(summary) else { return }
        for path in try StoredObject.files(under: report.data) {
            var bytes = try DurableFile.read(report.data.appendingPathComponent(path))
            if path == "report.html" {
                let page = String(decoding: bytes, as: UTF8.self)
                bytes = Data(ReportPage.filled(page, cost: recordedCost(), recipe: recipe(summary)).utf8)
            }
            try DurableFile.update(bytes, at: folder.report.appendingPathComponent(path))
        }
    }

    /// The table for standard output; nil while there is no report, and where no detector judged the pictures.
    func table(_ summary: Runner.Summary) throws -> String? {
        try file("table.txt", summary).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The report's `metrics.json`; nil while there is none, and where no detector judged the pictures.
    func metrics(_ summary: Runner.Summary) throws -> JSONValue? {
        try file("metrics.json", summary).map { try JSONValue(parsing: $0) }
    }

    func hasReport(_ summary: Runner.Summary) throws -> Bool { try file("report.html", summary) != nil }

    private func file(_ name: String, _ summary: Runner.Summary) throws -> Data? {
        guard let file = reportObject(summary)?.data.appendingPathComponent(name), try DurableFile.exists(file) else {
            return nil
        }
        return try DurableFile.read(file)
    }

    private func reportObject(_ summary: Runner.Summary) -> StoredObject? {
        summary.objects.first { $0.key.stage == ReportStage.name }.map { store.object(named: $0.value) }
    }

    /// How much work a step is, in words; nil where that isn't known beforehand.
    func workload(_ step: Runner.Step) -> String? {
        let job = step.job
        if job.reads != nil, case .changed = step.reason { return "taken over if what it reads of them is the same" }
        guard job.key.stage == GenerationStage.name, let category = job.category else { return nil }
        let few = manifest.generation.imagesPerNormal.few, full = manifest.generation.imagesPerNormal.full
        let label = job.key.subject.split(separator: "/").last ?? "", name = category.split(separator: "/").last ?? ""
        let unit = manifest.dataset.tiles == nil ? "normal" : "tile"
        let counted = manifest.generation.anomalies(for: String(name)).compactMap(\.count).reduce(0, +)
        let beside = counted > 0 ? " where no count is given, and \(counted)" : ""
        if label.hasPrefix("full") { return "\(full) pictures per \(unit)\(beside)" }
        guard let shots = Int(label.prefix { $0.isNumber }) else { return nil }
        if manifest.dataset.tiles != nil {
            return
                "\(few) pictures per tile, all tiles of \(shots) normal\(shots == 1 ? "" : "s")\(beside), those in the pool included"
        }
        let pictures = manifest.generation.pictures(of: String(name), normals: shots, .count(shots))
        return "up to \(pictures) pictures, those in the pool included"
    }

    /// The time that the due steps may take: from an earlier run's times, then from their own.
    func estimate(_ steps: [Runner.Step]) -> RunEstimate {
        let due = steps.filter(\.reason.runs).map(\.job), previous = folder.previous()
        var weights: [JobKey: Double] = [:]
        for job in due where job.key.stage == GenerationStage.name { weights[job.key] = newPictures(job) }
        // Where one isn't known all count alike.
        let isKnown = due.allSatisfy { $0.key.stage != GenerationStage.name || weights[$0.key] != nil }
        var earlier: [JobKey: Double] = [:]
        for job in due {
            guard let name = previous[job.key.description] else { continue }
            earlier[job.key] = Journal(file: store.object(named: name).log).lastDuration
        }
        return RunEstimate(
            due: due.map { ($0.key, isKnown ? weights[$0.key] ?? 1 : 1) }, earlier: earlier, atOnce: engines.count)
    }

    /// Pictures of a job that smaller shot counts don't share; nil at full shot.
    private func newPictures(_ job: Job) -> Double? {
        guard let category = job.category, let label = job.key.subject.split(separator: "/").last,
            let shots = Int(label.prefix { $0.isNumber })
        else { return nil }
        let name = String(category.split(separator: "/").last ?? "")
        func pictures(_ shots: Int) -> Int {
            shots > 0 ? manifest.generation.pictures(of: name, normals: shots, .count(shots)) : 0
        }
        let smaller = manifest.sampling.shots.compactMap { if case .count(let count) = $0 { count } else { nil } }
            .filter { $0 < shots }
        return Double(max(1, pictures(shots) - pictures(smaller.max() ?? 0)))
    }
}
