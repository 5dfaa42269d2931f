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
    /// - Parameter survey: of the data set that the category is of: it knows whether the pictures are a public set's.
    func foreground(
        _ category: String, _ survey: IngestStage.Survey, digests: DigestCache, prefix: String = ""
    ) throws -> Job {
        let settings = manifest.foreground.settings(for: category)
        // Masks were drawn for the data set's own pictures.
        let own = try (prefix.isEmpty ? settings.masks : nil).map {
            try OwnMasks(
                URL(fileURLWithPath: $0.absolute), written: $0.written, category: category, digests: digests)
        }
        return try ForegroundStage.job(
            category: category, ingest: JobKey("ingest", prefix + category), request: ForegroundRequest(settings),
            dataset: survey.published(category)?.identifier, own: own)
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
        var mask = try foreground(category, auxiliary.survey, digests: digests, prefix: prefix)
        mask.key.subject = prefix + category
        let jobs = [
            mask, try sample(category, auxiliary.model, prefix: prefix),
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
