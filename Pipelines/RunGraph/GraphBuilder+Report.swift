import AnomalyDatasets
import AssessmentStage
import DetectionStage
import DetectorEvaluation
import Foundation
import ManifestSections
import MethodKit
import ParameterKit
import PictureGate
import ReportStage
import Reporting
import StageKit

// The assessment of pictures, and the report.

extension GraphBuilder {
    func embed(_ category: String, _ features: ModelFolder) throws -> Job {
        try RealFeatures.job(
            category: category, ingest: JobKey("ingest", category), model: features.url, modelDigest: features.digest,
            engines: engines)
    }

    func assess(_ category: String, _ model: SampledModel, _ features: ModelFolder, _ inputs: RunInputs) throws -> Job {
        let prompts = manifest.generation.prompts(for: category, object: objectName(category))
        let subject = model.subject(category)
        return try Assessment.job(
            subject: subject, category: category,
            inputs: [
                "ingest": JobKey("ingest", category), "foreground": foreground(category, model),
                "embed": JobKey("embed", category), "sample": JobKey("sample", subject),
                "generate": JobKey("generate", subject),
            ],
            parameters: AssessmentParameters(
                model: features.url, modelDigest: features.digest,
                sentences: prompts.map { ($0.anomaly.name, $0.text) },
                lpips: inputs.lpips.found), engines: engines)
    }

    func report(_ categories: [String], _ auxiliary: AuxiliaryData?, _ inputs: RunInputs) -> Job {
        var jobInputs = perCategory(categories) { ["ingest:\($0)": JobKey("ingest", $0)] }
        // Without a detector nothing is learnt from auxiliary data, and there is nothing to say of it.
        let auxiliary = inputs.detectors.isEmpty ? nil : auxiliary
        for category in auxiliary?.categories ?? [] {
            jobInputs["auxiliary:\(category)"] = JobKey("ingest", AuxiliaryData.prefix + category)
        }
        for category in categories {
            if inputs.features != nil { jobInputs["embed:\(category)"] = JobKey("embed", category) }
            for model in models {
                jobInputs["generate:\(category):\(model.label)"] = JobKey("generate", model.subject(category))
                for detector in inputs.detectors {
                    jobInputs["detect:\(detector.name):\(category):\(model.label)"] = JobKey(
                        "detect", model.subject(category, detector: detector.name))
                    guard manifest.training.aside != nil else { continue }
                    jobInputs["calibrate:\(detector.name):\(category):\(model.label)"] = JobKey(
                        Calibration.name, model.subject(category, detector: detector.name))
                }
                if inputs.features != nil {
                    jobInputs["assess:\(category):\(model.label)"] = JobKey("assess", model.subject(category))
                }
            }
        }
        let written = inputs.models(manifest.generation.generators.flatMap { type(of: $0.generator).models })
            .mapValues(\.written)
        return ReportStage.job(
            inputs: jobInputs,
            parameters: ReportParameters(
                name: manifest.name, compareWithPaper: manifest.report.compareWith == .paper,
                generator: manifest.generation.phrase(models: written), detectors: inputs.detectors.map(judge),
                comparison: comparison, heldAside: manifest.training.aside?.share, pro: manifest.evaluation.pro,
                tiles: manifest.dataset.tiles?.rule,
                auxiliary: auxiliary.map { ($0.categories, $0.phrase) }, categories: categories, models: models,
                untrainedWeights: untrained(inputs), features: inputs.features.map { "CLIP \($0.written)" },
                lpips: inputs.lpips.reported,
                departures: manifest.report.compareWith == .paper
                    ? manifest.departures.map { "\($0.key) \($0.value) (\($0.paper))" } : [],
                gate: manifest.quality.enabled ? manifest.quality : nil))
    }

    private func judge(_ detector: NamedDetector) -> ReportParameters.JudgingDetector {
        let kind = type(of: detector.fitted.detector)
        return .init(
            name: detector.name,
            phrase: detector.fitted.detector.phrase(
                model: manifest.models[detector.fitted.detector.role]?.written ?? ""),
            imageSize: detector.fitted.detector.imageSize, view: detector.fitted.detector.view,
            isShared: kind.scope == .allCategories,
            isThePapers: kind.isThePapers)
    }

    /// Models with random weights that pictures or scores come from, a phrase each.
    private func untrained(_ inputs: RunInputs) -> [String] {
        let drawing = manifest.generation.generators.flatMap { type(of: $0.generator).models }
        let trunks = inputs.detectors.map(\.fitted.detector.role)
        let used = ModelRole.allCases.filter { drawing.contains($0) || trunks.contains($0) }
        return used.compactMap { role in
            guard let folder = inputs[role], !folder.isTrained else { return nil }
            return "\(role.phrase) \(folder.written)"
        }
    }
}

extension ModelRole {
    /// For sentences: "the CLIP models/clip".
    fileprivate var phrase: String {
        switch self {
        case .diffusion: "the diffusion model"
        case .clip: "the CLIP"
        case .cnn: "the convolutional network"
        case .vit: "the vision transformer"
        case .lpips: "LPIPS"
        }
    }
}
