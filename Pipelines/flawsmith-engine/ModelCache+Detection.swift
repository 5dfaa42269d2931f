import AnomalyDetection
import ClipModels
import EngineLink

// The requests that a CLIP answers, and those of detectors.

extension ModelCache: TrunkShelf {
    func fit(_ request: FitRequest, _ progress: RequestProgress) throws -> FitResult {
        try EngineDetectors.make(request.call, shelf: self).fit(request, WorkReport(progress))
    }

    func score(_ request: ApplyRequest, _ progress: RequestProgress) throws -> [AppliedItem] {
        try EngineDetectors.make(request.call, shelf: self).score(request, WorkReport(progress))
    }

    func similarity(_ request: SimilarityRequest, _ progress: RequestProgress) throws -> SimilarityResult {
        let clip = try clip(request.model)
        return SimilarityResult(
            similarities: try SentenceSimilarity.run(
                images: request.images, sentences: request.sentences, imageSize: clip.configuration.vision.imageSize,
                clip: clip, report: WorkReport(progress)))
    }
}

extension WorkReport {
    init(_ progress: RequestProgress) { self.init(progress: progress.done, notice: progress.notice) }
}
