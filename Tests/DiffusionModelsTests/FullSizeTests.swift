import ClipModels
import DiffusionModels
import Foundation
import GoldenSupport
import NeuralNet
import TensorCore
import Testing

/// A model at its true size, where one is given: `FLAWSMITH_FULL_MODEL` is a folder that `diffusion_pipeline.py FOLDER`
/// wrote, with its answers in FOLDER.safetensors; `FLAWSMITH_FULL_DTYPE` is what to compute in (float32 unless given;
/// on the processor).
struct FullSizeTests {
    static let dtype =
        ProcessInfo.processInfo.environment["FLAWSMITH_FULL_DTYPE"].flatMap(DType.init(rawValue:)) ?? .float32

    @Test(.enabled(if: fullSizeFolder != nil, "set FLAWSMITH_FULL_MODEL to a folder written by diffusion_pipeline.py"))
    func `A full-size model agrees with diffusers`() throws {
        let folder = try #require(fullSizeFolder)
        let reference = try SafetensorsFile(folder.path + ".safetensors")
        let clock = ContinuousClock()
        var start = clock.now
        func lap(_ name: String) {
            print("full size, \(Self.dtype): \(name) \(start.duration(to: clock.now))")
            start = clock.now
        }
        // float32 as everywhere. Rounding grows over some hundred layers: bfloat16 (8 bits) was off by 0.013 to 0.023
        // with drawn weights of SD 1.5's size.
        let tolerance = Self.dtype == .float32 ? 1e-4 : 0.05
        func agrees(_ result: Tensor, _ name: String) throws -> Bool {
            let error = try relativeError(result, reference.tensor(name))
            print("full size, \(Self.dtype): \(name) off by \(error)")
            return error < tolerance
        }
        let model = try LatentDiffusionModel(folder: folder, dtype: Self.dtype)
        lap("load")
        let seeded = SeededWeights(seed: 14)
        let embeddings = try model.encodePrompt("a photo of a damaged screw")
        #expect(try agrees(embeddings, "embeddings"))
        lap("text")
        let z0 = try model.encode(seeded.inputs("picture", [1, 3, model.imageSize, model.imageSize]))
        #expect(try agrees(z0, "latents"))
        lap("encode")
        let latents = try seeded.inputs("latents", z0.shape)
        let context = try model.unet.promptContext(reference.tensor("embeddings"))
        let noise = try model.unet(latents, timestep: 246, context: context)
        #expect(try agrees(noise, "noise"))
        lap("unet")
        _ = try model.unet.attention(latents, timestep: 246, context: context)
        lap("attention alone")
        try latents.requiringGrad()
        let attention = try model.unet.attention(latents, timestep: 246, context: context)
        #expect(try agrees(attention.detach(), "attention"))
        let weights = try seeded.inputs("weights", attention.shape)
        let ofLatents = try gradient(of: (attention * weights).sum(), withRespectTo: latents)
        #expect(try agrees(ofLatents, "gradient"))
        lap("attention with gradient")
        let checkpointed = try model.unet.checkpointedAttention(latents, timestep: 246, context: context)
        #expect(try relativeError(checkpointed.latentGradient(weights), ofLatents) < tolerance)
        lap("attention with gradient, checkpointed")
        #expect(try agrees(model.decode(latents.detach()), "decoded"))
        lap("decode")
    }
}

private let fullSizeFolder = ProcessInfo.processInfo.environment["FLAWSMITH_FULL_MODEL"].map {
    URL(fileURLWithPath: $0)
}
