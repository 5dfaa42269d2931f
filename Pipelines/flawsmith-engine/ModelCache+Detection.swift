import AnomalyDetection
import EngineLink
import Foundation

// The requests that a CLIP answers.

extension ModelCache {
    func train(_ request: TrainRequest, _ progress: RequestProgress) throws -> TrainResult {
        var training = VLADTraining(
            samples: request.samples.map {
                VLADTraining.Sample(
                    image: $0.image, softLabel: $0.softLabel, className: $0.className, anomalous: $0.anomalous)
            },
            settings: try VLADSettings(request.parameters), seed: request.seed, checkpoints: request.checkpoints,
            checkpointEvery: request.checkpointEvery, output: request.output)
        (training.cache, training.ensemble) = (FeatureCache(request.cache), try PromptEnsemble(request.prompts))
        return TrainResult(
            losses: try VLADTrainer.run(training, clip: clip(request.model), report: WorkReport(progress)))
    }

    func detect(_ request: DetectRequest, _ progress: RequestProgress) throws -> DetectResult {
        var detection = VLADDetection(
            adapters: request.adapters, className: request.className, references: request.references,
            pictures: request.images.map { VLADDetection.Picture(image: $0.image, map: $0.map) },
            settings: try VLADSettings(request.parameters))
        (detection.cache, detection.ensemble) = (FeatureCache(request.cache), try PromptEnsemble(request.prompts))
        let scores = try VLADDetector.run(detection, clip: clip(request.model), report: WorkReport(progress))
        return DetectResult(
            scores: scores.map {
                DetectScore(score: $0.score, visionLanguage: $0.visionLanguage, visionVision: $0.visionVision)
            })
    }
}

extension ModelCache {
    func similarity(_ request: SimilarityRequest, _ progress: RequestProgress) throws -> SimilarityResult {
        SimilarityResult(
            similarities: try SentenceSimilarity.run(
                images: request.images, sentences: request.sentences, imageSize: request.imageSize,
                clip: clip(request.model),
                report: WorkReport(progress)))
    }
}

extension WorkReport {
    init(_ progress: RequestProgress) {
        self.init(progress: progress.done, notice: progress.notice)
    }
}

extension FeatureCache {
    init(_ asked: TokenCache?) {
        self.init(folder: asked?.folder)
        if let asked { folderLimit = asked.limit }
    }
}

extension PromptEnsemble {
    /// - Throws: `DetectionError.prompts`.
    init(_ file: String?) throws {
        if let file { try self.init(contentsOf: URL(fileURLWithPath: file)) } else { self.init() }
    }
}

extension VLADSettings {
    /// The parameters of a request, field by field.
    ///
    /// - Throws: `DetectionError.setting` for a name that is none of those known.
    init(_ asked: VLADParameters) throws {
        self.init()
        (imageSize, stages, epochs, batch) = (asked.imageSize, asked.stages, asked.epochs, asked.batch)
        (learningRate, omega, beta, weights) = (asked.learningRate, asked.omega, asked.beta, asked.weights)
        (mapWeights, coreset) = (asked.mapWeights, asked.coreset)
        bank = try Bank(setting: asked.bank, key: "bank")
        supervision = try Supervision(setting: asked.supervision, key: "supervision")
        imageScore = try ImageScore(setting: asked.imageScore, key: "image_score")
    }
}
