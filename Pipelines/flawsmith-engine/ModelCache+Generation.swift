import AnomalyGeneration
import DiffusionModels
import EngineLink
import TensorCore

// The requests that a latent diffusion model answers.

extension ModelCache {
    func generate(_ request: GenerateRequest, _ progress: RequestProgress) throws -> GenerateResult {
        let count = request.seeds.count
        guard count > 0, request.outputs.count == count, request.traces.map({ $0.count == count }) ?? true,
            request.traceImages.map({ $0.count == count }) ?? true
        else {
            throw EngineFailure(
                kind: .internalError,
                message:
                    "\(count) seeds, \(request.outputs.count) outputs and \(request.traces?.count ?? 0) traces: one of each per picture is expected"
            )
        }
        let generator = try generator(request.model, DType(named: request.parameters.dtype))
        var asked = GenerationRequest(
            image: request.image, mask: request.mask, prompt: request.prompt, words: request.words,
            settings: try CUTSettings(request.parameters), seeds: request.seeds, outputs: request.outputs,
            traces: request.traces)
        asked.traceImages = request.traceImages
        let pictures = try generator.generate(
            asked, progress: { progress.done($0.done, $0.total, $0.note) }, notice: progress.notice)
        return GenerateResult(units: pictures.map(GeneratedUnit.init))
    }

    func bench(_ request: BenchRequest, _ progress: RequestProgress) throws -> BenchResult {
        guard (1...1024).contains(request.batch), (1...1000).contains(request.repeats) else {
            throw EngineFailure(kind: .internalError, message: "batch \(request.batch), \(request.repeats) repetitions")
        }
        let model = try generator(request.model, DType(named: request.dtype)).model
        let parts = try request.parts.map { name in
            guard let part = PartTimes.Part(rawValue: name) else {
                throw EngineFailure(kind: .internalError, message: "there is no part \(name) to time")
            }
            return part
        }
        let times = try PartTimes(
            model, parts: parts.isEmpty ? PartTimes.Part.allCases : parts, batch: request.batch,
            repeats: request.repeats
        ) { progress.done($0, $1, $2.rawValue) }
        let seconds = Dictionary(uniqueKeysWithValues: times.seconds.map { ($0.key.rawValue, $0.value) })
        return BenchResult(
            seconds: seconds, peakMemory: try device.memory?.peakAllocated ?? EngineSurroundings.peakMemory)
    }

    func reconstruct(_ request: ReconstructRequest, _ progress: RequestProgress) throws -> EngineResult {
        guard request.images.count == request.outputs.count else {
            throw EngineFailure(
                kind: .internalError,
                message:
                    "\(request.images.count) images and \(request.outputs.count) outputs: one per image is expected")
        }
        try generator(request.model, DType(named: request.dtype)).reconstruct(
            images: request.images, outputs: request.outputs
        ) {
            progress.done($0.done, $0.total, $0.note)
        }
        return .reconstruct
    }
}

extension CUTSettings {
    /// The parameters of a request, field by field.
    init(_ asked: CUTParameters) throws(GenerationError) {
        self.init()
        guard let objective = Objective(rawValue: asked.objective) else {
            throw GenerationError(
                .badData, "generation settings: objective is \(asked.objective); wanted is attention or logarithm")
        }
        guard let phrase = Phrase(rawValue: asked.phrase) else {
            throw GenerationError(.badData, "generation settings: phrase is \(asked.phrase); wanted is mean or sum")
        }
        guard let sampler = Sampler(rawValue: asked.sampler) else {
            throw GenerationError(
                .badData,
                "generation settings: sampler is \(asked.sampler); wanted is one of \(Sampler.allCases.map(\.rawValue).joined(separator: ", "))"
            )
        }
        (self.phrase, self.sampler, guidanceEvery) = (phrase, sampler, asked.guidanceEvery)
        (self.objective, until, localBlend) = (objective, asked.until, asked.localBlend)
        (steps, gamma, guidanceScale, strength) = (asked.steps, asked.gamma, asked.guidanceScale, asked.strength)
        (thresholds, places, refinements) = (asked.thresholds, asked.places, asked.refinements)
        (stopAfter, stopWindow) = (asked.stopAfter, asked.stopWindow)
        (softmaxScale, sigma) = (asked.softmaxScale, asked.sigma)
        (localisation, earlyStop, attention, mask) = (asked.localisation, asked.earlyStop, asked.attention, asked.mask)
        imageGuidance = asked.imageGuidance
    }
}

extension GeneratedUnit {
    init(_ picture: GeneratedPicture) {
        let guidance = picture.guidance
        self.init(
            width: picture.width, height: picture.height, timesteps: picture.timesteps, loss: guidance.loss,
            stepSize: guidance.stepSize,
            n: guidance.n, refinements: guidance.refinements, stoppedAt: guidance.stoppedAt,
            evaluations: guidance.evaluations,
            warnings: picture.warnings, together: picture.together, isCheckpointed: picture.isCheckpointed,
            failure: picture.failure.map { EngineFailure($0) })
    }
}

extension DType {
    /// The dtypes networks run in, as the manifest names them.
    ///
    /// - Throws: `.badData` for another name.
    init(named name: String) throws(EngineFailure) {
        let known: [DType] = [.float32, .bfloat16, .float16]
        guard let match = known.first(where: { $0.rawValue == name }) else {
            throw EngineFailure(
                kind: .badData,
                message: "dtype “\(name)” is not one of \(known.map(\.rawValue).joined(separator: ", "))")
        }
        self = match
    }
}
