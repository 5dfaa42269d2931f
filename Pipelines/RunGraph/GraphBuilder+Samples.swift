import AnomalyDatasets
import ForegroundStage
import Foundation
import Imaging
import IngestStage
import ManifestSections
import ParameterKit
import Reporting
import SamplingStage
import StageKit

// Foreground masks and the choice of normals.

extension GraphBuilder {
    /// The masks of a model's normals. Models that see all normals share them.
    func foreground(_ category: String, _ model: SampledModel, prefix: String = "") -> JobKey {
        let isOfAll = Int(model.shots) == nil
        return JobKey("foreground", isOfAll ? prefix + category : model.subject(category, prefix: prefix))
    }

    func foregrounds(_ category: String, _ survey: IngestStage.Survey, digests: DigestCache) throws -> [Job] {
        var seen: Set<JobKey> = []
        return try models.compactMap { model in
            let isFirst = seen.isEmpty
            guard seen.insert(foreground(category, model)).inserted else { return nil }
            var job = try foregroundJob(category, model, survey, digests: digests, speaks: isFirst)
            // Models that see all normals share their masks.
            job.marks =
                Int(model.shots) == nil ? ["shots": model.shots] : ["shots": model.shots, "seed": String(model.seed)]
            return job
        }
    }

    /// - Parameter survey: of the data set that the category is of: it knows whether the pictures are a public set's.
    private func foregroundJob(
        _ category: String, _ model: SampledModel, _ survey: IngestStage.Survey, digests: DigestCache,
        prefix: String = "", speaks: Bool = true
    ) throws -> Job {
        let settings = manifest.foreground.settings(for: category)
        // Masks were drawn for the data set's own pictures.
        let own = try (prefix.isEmpty ? settings.masks : nil).map {
            try OwnMasks(
                URL(fileURLWithPath: $0.absolute), written: $0.written, category: category, digests: digests)
        }
        return try ForegroundStage.job(
            subject: foreground(category, model, prefix: prefix).subject, category: category,
            ingest: JobKey("ingest", prefix + category), request: ForegroundRequest(settings),
            dataset: survey.published(category)?.identifier, own: own,
            shots: ShotChoice(shots: Int(model.shots), seed: model.seed, order: manifest.sampling.order),
            speaks: speaks)
    }

    func sample(_ category: String, _ model: SampledModel, prefix: String = "") throws -> Job {
        try SamplingStage.job(
            subject: model.subject(category, prefix: prefix), category: category,
            ingest: JobKey("ingest", prefix + category), shots: Int(model.shots), seed: model.seed,
            order: manifest.sampling.order)
    }

    /// The jobs of an auxiliary category of which normals are used: masks, choice, generation.
    func drawn(
        _ category: String, _ auxiliary: AuxiliaryData, _ inputs: RunInputs, digests: DigestCache
    ) throws -> [Job] {
        let prefix = AuxiliaryData.prefix
        let jobs = [
            try foregroundJob(category, auxiliary.model, auxiliary.survey, digests: digests, prefix: prefix),
            try sample(category, auxiliary.model, prefix: prefix),
            try generate(category, auxiliary.model, inputs, prefix: prefix),
        ]
        return jobs.map { job in
            var job = job
            job.category = prefix + category
            return job
        }
    }
}

extension ForegroundRequest {
    /// `auto` is absent here: the category's own row then decides.
    fileprivate init(_ settings: ForegroundSettings) {
        self.init(
            method: settings.method, threshold: settings.threshold,
            polarity: settings.polarity.map { $0 == .light ? .light : .dark }, median: settings.median,
            closing: settings.closing, opening: settings.opening, fillHoles: settings.fillHoles,
            minArea: settings.minArea)
    }
}
