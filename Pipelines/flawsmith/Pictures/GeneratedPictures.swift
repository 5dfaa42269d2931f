import AnomalyDatasets
import Foundation
import GenerationStage
import Imaging
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
        private let unit: PooledUnit
        private let label: PooledUnit

        init(
            subject: String, category: String, source: URL?, _ line: ListedUnit, isRejected: Bool, store: ArtifactStore
        ) {
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
    ///   - withRejected: whether those that a review left out are there, too, behind the others of their sample.
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
            for (line, isRejected) in kept + dropped {
                let source = line.source.flatMap { ingested[$0] }
                if line.source != nil && source == nil { continue }
                pictures.append(
                    Picture(
                        subject: job.key.subject, category: category, source: source.map { ingested.url($0.file) },
                        line,
                        isRejected: isRejected, store: project.store))
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
