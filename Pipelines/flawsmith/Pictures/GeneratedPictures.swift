import AnomalyDatasets
import Foundation
import GenerationStage
import Imaging
import ManifestSections
import PictureGate
import StageKit

/// The pictures that a project's generation has made, for display.
struct GeneratedPictures {
    struct Picture {
        /// Category, shot count and seed, as jobs name them.
        let subject: String
        let category: String
        let anomaly: String
        let source: URL?
        /// The unit's id, as `list.jsonl` has it.
        let id: String
        /// Whether it was left out of the list.
        let isRejected: Bool
        /// How it did at the gate, in words; nil where pictures aren't checked.
        let scores: String?
        /// Whether the gate keeps it out of the data set.
        let isOut: Bool
        private let unit: PooledUnit
        private let label: PooledUnit

        init(
            subject: String, category: String, source: URL?, _ line: ListedUnit, isRejected: Bool, store: ArtifactStore,
            scores: String? = nil, isOut: Bool = false
        ) {
            (self.scores, self.isOut) = (scores, isOut)
            (self.subject, self.category, self.source, self.isRejected) = (subject, category, source, isRejected)
            (id, anomaly) = (line.unit, line.anomaly)
            (unit, label) = (store.unit(line.imageUnit), store.unit(line.labelUnit))
        }

        /// The normal picture that it was made from; nil for one made elsewhere. 3 channels, as the others.
        func normal() throws -> Image? { try source.map { try Image(contentsOf: $0.path).rgb() } }

        func generated() throws -> Image { try Image(contentsOf: unit.file(GeneratedFiles.image).path).rgb() }

        func mask() throws -> Mask { try Mask(contentsOf: label.file(GeneratedFiles.mask).path, above: 127) }

        /// The generated picture with the outline of its binary mask.
        func labelled() throws -> Image { try generated().outlining(mask()) }
    }

    /// In the order of the jobs: shot counts and seeds, categories, then as they were made.
    let pictures: [Picture]

    /// - Parameters:
    ///   - objects: job → finished object.
    ///   - withRejected: whether those that a review left out are there, too, behind the others of their sample, and
    ///     behind them what failed at the gate and is still there.
    init(of project: Project, objects: [JobKey: String], withRejected: Bool = false) throws {
        var folders: [String: IngestedCategory] = [:]
        var pictures: [Picture] = []
        for job in project.graph.jobs where job.key.stage == GenerationStage.name {
            guard let category = job.category, let name = objects[job.key],
                let home = objects[JobKey("ingest", category)]
            else { continue }
            let ingested = try folders[category] ?? IngestedCategory(folder: project.store.object(named: home).data)
            folders[category] = ingested
            let object = project.store.object(named: name)
            let kept = try GenerationStage.units(of: object).map { ($0, false) }
            let dropped = try withRejected ? GenerationStage.rejectedUnits(of: object).map { ($0, true) } : []
            let tried = try withRejected ? Tried(of: object, project) : Tried()
            let out = tried.failed.map { ($0, false) }
            for (place, (line, isRejected)) in (kept + dropped + out).enumerated() {
                let source = line.source.flatMap { ingested[$0] }
                if line.source != nil && source == nil { continue }
                pictures.append(
                    Picture(
                        subject: job.key.subject, category: category, source: source.map { ingested.url($0.file) },
                        line,
                        isRejected: isRejected, store: project.store, scores: tried.scores[line.unit],
                        isOut: place >= kept.count + dropped.count))
            }
        }
        self.pictures = pictures
    }

    /// The finished pictures of a project on disk, whichever run made them.
    init(of project: Project, withRejected: Bool = false) throws {
        let steps = project.runner(keepGoing: false).plan().filter(\.object.isDone)
        try self.init(
            of: project,
            objects: Dictionary(steps.map { ($0.job.key, $0.object.name) }, uniquingKeysWith: { first, _ in first }),
            withRejected: withRejected)
    }
}

/// What was tried of an object's pictures, where they are checked.
private struct Tried {
    /// Unit → how it did.
    private(set) var scores: [String: String] = [:]
    /// Pictures that failed and are still there, in order.
    private(set) var failed: [ListedUnit] = []

    init() {}

    init(of object: StoredObject, _ project: Project) throws {
        let settings = project.manifest.quality, verdict = GateVerdict(settings)
        for account in try GenerationStage.accounts(of: object) {
            for (number, attempt) in account.tries.enumerated() {
                guard let found = attempt.scores else { continue }
                let failed = attempt.failed.map(\.rawValue).joined(separator: ", ")
                scores[attempt.unit] =
                    "try \(number + 1) of \(settings.tries)" + (failed.isEmpty ? "" : ", failed \(failed)") + ": "
                    + verdict.line(found)
                guard !attempt.passed, project.store.unit(attempt.imageUnit).isDone,
                    project.store.unit(attempt.labelUnit).isDone
                else { continue }
                self.failed.append(
                    ListedUnit(
                        unit: attempt.unit, record: "", anomaly: account.anomaly, source: account.source,
                        label: attempt.label, image: attempt.image))
            }
        }
    }
}
