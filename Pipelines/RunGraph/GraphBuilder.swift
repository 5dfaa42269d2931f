import AnomalyDatasets
package import EngineLink
import Foundation
import IngestStage
package import ManifestSections
import MethodKit
import ParameterKit
import PictureGate
import Reporting
package import StageKit

/// From a manifest to its jobs: per category up to generation, then per shot count and seed, then the report. Each
/// stage's wiring is in a file of its own.
package struct GraphBuilder {
    let manifest: Manifest
    let store: ArtifactStore
    let engines: EnginePool
    /// The jobs are run afterwards, so that what a look at the data set unpacks may be kept for them.
    let isRun: Bool
    let notice: (String) -> Void

    package init(
        manifest: Manifest, store: ArtifactStore, engines: EnginePool, isRun: Bool = false,
        notice: @escaping (String) -> Void
    ) {
        (self.manifest, self.store, self.engines, self.notice) = (manifest, store, engines, notice)
        self.isRun = isRun
    }

    /// Looks at everything that the manifest names, and runs nothing.
    ///
    /// - Throws: what the survey of the data sets throws; `Failure` 66 and 65 for models and files that are not there
    ///   or can't be used, 78 for categories that the data sets lack.
    package func graph() throws -> JobGraph { try plan().graph }

    /// The same with what is known of the exports. Throws as `graph()`.
    package func plan() throws -> (graph: JobGraph, exports: [PlannedExport]) {
        let digests = DigestCache(store: store)
        let survey = try IngestStage.survey(
            manifest.dataset.source, store: store, digests: digests,
            unpackingFor: isRun ? manifest.dataset.categories.map { .categories(Set($0)) } ?? .all : .nothing)
        let auxiliary = try AuxiliaryData(manifest, store: store, digests: digests)
        try manifest.checkCategories(among: survey.categories, auxiliary: auxiliary?.survey.categories ?? [])
        let categories = manifest.dataset.categories ?? survey.categories
        let inputs = try RunInputs(
            manifest, categories: categories, auxiliary: auxiliary, store: store, digests: digests, notice: notice)

        if manifest.quality.enabled { for absence in GateCheck.absences { notice(absence) } }
        var jobs = try IngestStage.jobs(survey, categories: categories)
        if let auxiliary {
            let own = try IngestStage.jobs(
                auxiliary.survey, categories: auxiliary.categories, prefix: AuxiliaryData.prefix)
            try auxiliary.checkApart(own, from: jobs)
            jobs += own
        }
        for category in categories { jobs += try foregrounds(category, survey, digests: digests) }
        for model in models {
            jobs += model.marking(try categories.map { try sample($0, model) })
        }
        for model in models {
            jobs += model.marking(try categories.map { try generate($0, model, inputs) })
        }
        let exports = try models.flatMap { try self.exports(categories, $0, inputs) }
        jobs += exports.map(\.job)
        if let auxiliary, auxiliary.isDrawnOn, !inputs.detectors.isEmpty {
            for category in auxiliary.categories { jobs += try drawn(category, auxiliary, inputs, digests: digests) }
        }
        for detector in inputs.detectors {
            for model in models { jobs += model.marking(fits(detector, categories, auxiliary, model, inputs)) }
        }
        for detector in inputs.detectors {
            for model in models {
                jobs += model.marking(categories.map { detect(detector, $0, model) })
            }
        }
        if let aside = manifest.training.aside {
            for detector in inputs.detectors {
                for model in models {
                    jobs += model.marking(categories.map { calibrate(detector, $0, model, aside) })
                }
            }
        }
        if let features = inputs.features {
            for category in categories { jobs.append(try embed(category, features)) }
            for model in models {
                jobs += model.marking(try categories.map { try assess($0, model, features, inputs) })
            }
        }
        jobs.append(report(categories, auxiliary, inputs))
        return (try JobGraph(jobs), exports)
    }

    /// Shot counts in the manifest's order, each with every seed.
    var models: [SampledModel] {
        manifest.sampling.shots.flatMap { shots in
            manifest.sampling.seeds.map { SampledModel(shots: shots.description, seed: $0) }
        }
    }

    /// The words that replace `[cls]` in prompts.
    func objectName(_ category: String) -> String {
        manifest.dataset.objects[category] ?? PromptNames.name(of: category)
    }

    /// For detectors' sentences, which have a table of their own; the manifest's own words come first.
    func className(_ category: String) -> String { manifest.dataset.objects[category] ?? category }

    func perCategory(_ categories: [String], _ inputs: (String) -> [String: JobKey]) -> [String: JobKey] {
        categories.reduce(into: [:]) { $0.merge(inputs($1)) { first, _ in first } }
    }
}
