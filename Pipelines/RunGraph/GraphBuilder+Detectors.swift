import AnomalyDatasets
import DetectorEvaluation
import DetectionStage
import FitStage
import ManifestSections
import MethodKit
import Reporting
import StageKit

// Fitting detectors and scoring with them.

extension GraphBuilder {
    typealias NamedDetector = (name: String, fitted: FittedDetector)

    /// One for all categories, or one for each, as the detector has it.
    func fits(
        _ detector: NamedDetector, _ categories: [String], _ auxiliary: AuxiliaryData?, _ model: SampledModel,
        _ inputs: RunInputs
    ) -> [Job] {
        switch detector.fitted.scope {
        case .allCategories: [fit(detector, categories, of: nil, auxiliary, model, inputs)]
        case .perCategory: categories.map { fit(detector, [$0], of: $0, auxiliary, model, inputs) }
        }
    }

    private func fit(
        _ detector: NamedDetector, _ categories: [String], of category: String?, _ auxiliary: AuxiliaryData?,
        _ model: SampledModel, _ inputs: RunInputs
    ) -> Job {
        let section = manifest.training, generator = manifest.generation.generator
        let lessons = detector.fitted.detector.lessons
        let parameters = FitParameters(
            detector: detector.fitted, seed: section.seed.seed(sampling: UInt32(model.seed)),
            normals: section.normals == .raw ? .raw : .reconstructed,
            decoder: inputs[.diffusion].map { ($0.url, $0.digest, generator.numberType ?? "float32") },
            categories: categories.map { .init(name: $0, className: className($0)) },
            auxiliary: auxiliary.map { data in
                .init(
                    use: data.isDrawnOn ? .normalsAndSynthetic : .testSplit,
                    categories: data.categories.map { .init(name: $0, className: className($0)) })
            },
            aside: aside(model, from: lessons), cacheLimit: manifest.cache.limit)
        var jobInputs = perCategory(categories) { category in
            var own = [
                "ingest:\(category)": JobKey("ingest", category),
                "sample:\(category)": JobKey("sample", model.subject(category)),
            ]
            if lessons.contains(.synthetic) {
                own["generate:\(category)"] = JobKey("generate", model.subject(category))
            }
            return own
        }
        if lessons.contains(.auxiliary) { jobInputs.merge(auxiliary?.inputs ?? [:]) { own, _ in own } }
        return FitStage.job(
            subject: model.subject(category, detector: detector.name), category: category, inputs: jobInputs,
            parameters: parameters, engines: engines)
    }

    func detect(_ detector: NamedDetector, _ category: String, _ model: SampledModel) -> Job {
        let shared = detector.fitted.scope == .allCategories
        return Detection.job(
            subject: model.subject(category, detector: detector.name), category: category,
            inputs: [
                "ingest": JobKey("ingest", category), "sample": JobKey("sample", model.subject(category)),
                "fit": JobKey("fit", model.subject(shared ? nil : category, detector: detector.name)),
            ],
            parameters: DetectionParameters(
                detector: detector.fitted, className: className(category), comparison: comparison,
                aside: aside(model, from: [.normals]), cacheLimit: manifest.cache.limit), engines: engines)
    }

    /// The threshold of a detector, where something is held aside.
    func calibrate(_ detector: NamedDetector, _ category: String, _ model: SampledModel, _ aside: HeldAside) -> Job {
        let shared = detector.fitted.scope == .allCategories
        return Calibration.job(
            subject: model.subject(category, detector: detector.name), category: category,
            inputs: [
                "ingest": JobKey("ingest", category), "sample": JobKey("sample", model.subject(category)),
                "generate": JobKey("generate", model.subject(category)),
                "fit": JobKey("fit", model.subject(shared ? nil : category, detector: detector.name)),
            ],
            parameters: CalibrationParameters(
                detector: detector.fitted, className: className(category), aside: aside,
                cacheLimit: manifest.cache.limit), engines: engines)
    }

    /// What is held aside of these lessons; nil where that leaves all of them: normals are held aside at full shot
    /// alone.
    private func aside(_ model: SampledModel, from lessons: Set<Lesson>) -> HeldAside? {
        model.shots == "full" || lessons.contains(.synthetic) ? manifest.training.aside : nil
    }

    var comparison: MapComparison {
        MapComparison(size: manifest.evaluation.size, smoothing: manifest.evaluation.smoothing)
    }
}
