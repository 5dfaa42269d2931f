import AnomalyDetection
import EngineLink

// The requests that a CLIP answers.

extension ModelCache {
    func train(_ request: TrainRequest, _ progress: RequestProgress) throws -> TrainResult {
        var training = VLADTraining(
            samples: request.samples.map {
                VLADTraining.Sample(image: $0.image, softLabel: $0.softLabel, className: $0.className, anomalous: $0.anomalous)
            },
            settings: try VLADSettings(request.parameters), seed: request.seed, checkpoints: request.checkpoints,
            checkpointEvery: request.checkpointEvery, output: request.output)
        training.cache = FeatureCache(folder: request.cache)
        return TrainResult(losses: try VLADTrainer.run(training, clip: clip(request.model), report: WorkReport(progress)))
    }

    func detect(_ request: DetectRequest, _ progress: RequestProgress) throws -> DetectResult {
        var detection = VLADDetection(
            adapters: request.adapters, className: request.className, references: request.references,
            pictures: request.images.map { VLADDetection.Picture(image: $0.image, map: $0.map) },
            settings: try VLADSettings(request.parameters))
        detection.cache = FeatureCache(folder: request.cache)
        let scores = try VLADDetector.run(detection, clip: clip(request.model), report: WorkReport(progress))
        return DetectResult(
            scores: scores.map { DetectScore(score: $0.score, visionLanguage: $0.visionLanguage, visionVision: $0.visionVision) })
    }
}

extension ModelCache {
    func similarity(_ request: SimilarityRequest, _ progress: RequestProgress) throws -> SimilarityResult {
        SimilarityResult(
            similarities: try SentenceSimilarity.run(
                images: request.images, sentences: request.sentences, imageSize: request.imageSize, clip: clip(request.model),
                report: WorkReport(progress)))
    }
}

extension WorkReport {
    init(_ progress: RequestProgress) {
        self.init(progress: progress.done, notice: progress.notice)
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
        mapWeights = asked.mapWeights
        bank = try Bank(setting: asked.bank, key: "bank")
        supervision = try Supervision(setting: asked.supervision, key: "supervision")
        imageScore = try ImageScore(setting: asked.imageScore, key: "image_score")
    }
}
