import ForegroundStage
import Imaging
import ManifestSections
import Reporting
import SamplingStage
import StageKit

// Foreground masks and the choice of normals.

extension GraphBuilder {
    func foreground(_ category: String, prefix: String = "") throws -> Job {
        try ForegroundStage.job(
            category: category, ingest: JobKey("ingest", prefix + category),
            request: ForegroundRequest(manifest.foreground.settings(for: category)))
    }

    func sample(_ category: String, _ model: SampledModel, prefix: String = "") throws -> Job {
        try SamplingStage.job(
            subject: model.subject(category, prefix: prefix), category: category,
            ingest: JobKey("ingest", prefix + category), shots: Int(model.shots), seed: model.seed,
            order: manifest.sampling.order)
    }

    /// The jobs of an auxiliary category of which normals are used: masks, choice, generation.
    func drawn(_ category: String, _ auxiliary: AuxiliaryData, _ inputs: RunInputs) throws -> [Job] {
        let prefix = AuxiliaryData.prefix
        var mask = try foreground(category, prefix: prefix)
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
