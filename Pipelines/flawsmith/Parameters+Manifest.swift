import AnomalyAnnotation
import EngineLink
import EvaluationMetrics
import ForegroundStage
import GenerationStage
import Imaging
import ManifestKit

extension CUTParameters {
    /// The manifest's keys in the engine's words.
    init(_ section: GenerationSection) {
        self.init()
        let guidance = section.guidance
        (steps, gamma, guidanceScale) = (section.steps, section.gamma.description, section.guidanceScale)
        (sampler, guidanceEvery) = (section.sampler.rawValue, section.guidanceEvery)
        (strength, thresholds, places) = (guidance.strength, guidance.thresholds, guidance.places)
        (refinements, stopAfter, stopWindow) = (guidance.refinements, guidance.stopAfter, guidance.stopWindow)
        (softmaxScale, phrase, sigma) = (guidance.softmaxScale, guidance.phrase.rawValue, guidance.sigma)
        localBlend = section.localBlend
        (objective, until) = (guidance.objective.rawValue, guidance.until)
        (localisation, earlyStop) = (guidance.localisation, guidance.earlyStop)
        (attention, mask, imageGuidance) = (guidance.attention, guidance.mask, section.imageGuidance)
        dtype = section.dtype.rawValue
    }
}

extension GenerationParameters.AnnotationRequest {
    /// nil: the manifest's defaults.
    init(_ section: AnnotationSection?) {
        self.init(
            source: section.flatMap { AnnotationSource(rawValue: $0.source.rawValue) } ?? .attention,
            threshold: section?.threshold ?? 0.5)
    }
}

extension PROVariant {
    init(_ choice: EvaluationSection.PRO) {
        self =
            switch choice {
            case .exact: .exact
            case .cflow: .cflow
            case .winCLIP: .winCLIP
            case .rd4ad: .rd4ad
            }
    }
}

extension VLADParameters {
    init(_ section: TrainingSection, _ evaluation: EvaluationSection) {
        self.init()
        (imageSize, stages, epochs, batch) = (section.imageSize, section.stages, section.epochs, section.batch)
        (learningRate, omega, beta) = (section.learningRate, section.omega, section.beta)
        (supervision, imageScore) = (section.supervision.rawValue, section.imageScore.rawValue)
        (weights, bank) = (evaluation.weights, evaluation.bank.rawValue)
        coreset = evaluation.coreset
        mapWeights = evaluation.mapWeights == evaluation.weights ? nil : evaluation.mapWeights
    }
}

extension ForegroundRequest {
    /// `auto` is absent here: the category's own row then decides.
    init(_ settings: ForegroundSettings) {
        self.init(
            method: ForegroundExtractor.Method(rawValue: settings.method.rawValue), threshold: settings.threshold,
            polarity: settings.polarity == .auto
                ? nil : ForegroundExtractor.PolarityChoice(rawValue: settings.polarity.rawValue),
            median: settings.median, closing: settings.closing, opening: settings.opening,
            fillHoles: settings.fillHoles,
            minArea: settings.minArea)
    }
}
