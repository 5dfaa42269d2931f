import AnomalyGeneration
import DiffusionModels
import EngineLink
import TensorCore

// The requests that a latent diffusion model answers.

extension ModelCache: GeneratorShelf {
    func diffusion(_ folder: String, dtype: String) throws -> LatentDiffusionModel {
        try diffusion(folder, DType(named: dtype))
    }

    func draw(_ request: ApplyRequest, _ progress: RequestProgress) throws -> [AppliedItem] {
        try generator(request.call).draw(request, DrawReport(progress: progress.done, notice: progress.notice))
    }

    func bench(_ request: BenchRequest, _ progress: RequestProgress) throws -> BenchResult {
        guard (1...1024).contains(request.batch), (1...1000).contains(request.repeats) else {
            throw EngineFailure(kind: .internalError, message: "batch \(request.batch), \(request.repeats) repetitions")
        }
        let model = try diffusion(request.model, DType(named: request.dtype))
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
        try CUTGenerator(model: diffusion(request.model, DType(named: request.dtype))).reconstruct(
            images: request.images, outputs: request.outputs
        ) {
            progress.done($0.done, $0.total, $0.note)
        }
        return .reconstruct
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
