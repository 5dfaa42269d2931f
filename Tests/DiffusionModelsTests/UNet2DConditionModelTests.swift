import DiffusionModels
import Foundation
import GoldenSupport
import NeuralNet
import TensorCore
import Testing

/// Against diffusers (Tests/Goldens/diffusion_unet.py); the tolerance is that of Tests/Goldens/README.md.
@Suite(.serialized) struct UNet2DConditionModelTests {
    static let stems = ["diffusion_unet", "diffusion_unet_linear"]

    struct Fixture {
        let golden: Golden
        let unet: UNet2DConditionModel
        let latents: Tensor
        let context: PromptContext
        let timestep: Int

        init(_ stem: String, dtype: DType = .float32) throws {
            golden = try Golden(stem)
            let folder = try golden.writeNetwork()
            defer { try? FileManager.default.removeItem(at: folder) }
            unet = try UNet2DConditionModel.load(folder, dtype: dtype, device: .cpu)
            let (batch, side) = (golden.integer("batch"), unet.configuration.sampleSize)
            latents = try golden.seeded.inputs("latents", [batch, 4, side, side])
            context = try unet.promptContext(
                golden.seeded.inputs("context", [batch, 77, unet.configuration.crossAttentionDim]))
            timestep = golden.integer("timestep")
        }

        /// The golden keeps every fifth query.
        func thinned(_ attention: Tensor) throws -> Tensor {
            try attention.indexSelect(1, Array(stride(from: 0, to: 256, by: 5)))
        }
    }

    @Test(arguments: stems) func `Noise agrees with diffusers`(stem: String) throws {
        let it = try Fixture(stem)
        let noise = try it.unet(it.latents, timestep: it.timestep, context: it.context)
        #expect(try relativeError(noise, it.golden.output("sample")) < 1e-4)
    }

    @Test(arguments: stems) func `Attention at 16x16 agrees with diffusers, whole pass or not`(stem: String) throws {
        let it = try Fixture(stem)
        #expect(it.unet.attentionLayerCount == it.golden.integer("captured_layers"))
        let whole = try it.unet.noiseAndAttention(it.latents, timestep: it.timestep, context: it.context)
        #expect(try relativeError(whole.noise, it.golden.output("sample")) < 1e-4)
        #expect(try relativeError(it.thinned(whole.attention), it.golden.output("maps")) < 1e-4)
        let alone = try it.unet.attention(it.latents, timestep: it.timestep, context: it.context)
        #expect(try relativeError(alone, whole.attention) < 1e-6)
    }

    @Test(arguments: stems) func `The gradient through attention alone agrees with diffusers' through the whole pass`(
        stem: String
    ) throws {
        let it = try Fixture(stem)
        try it.latents.requiringGrad()
        let attention = try it.unet.attention(it.latents, timestep: it.timestep, context: it.context)
        let objective = try (attention * it.golden.seeded.inputs("map weights", [256, 77])).sum()
        let gradient = try gradient(of: objective, withRespectTo: it.latents)
        #expect(try relativeError(gradient, it.golden.output("gradient")) < 1e-4)
    }

    @Test func `One prompt serves a batch; repeated and joined prompts keep their order`() throws {
        let it = try Fixture("diffusion_unet")
        func prompt(_ index: Int) throws -> PromptContext {
            try it.unet.promptContext(
                it.golden.seeded.inputs("context", [2, 77, 12]).narrow(0, start: index, length: 1))
        }
        let (first, second) = (try prompt(0), try prompt(1))
        let joined = try it.unet(it.latents, timestep: 7, context: .joined([first, second]))
        #expect(try relativeError(joined, it.unet(it.latents, timestep: 7, context: it.context)) < 1e-6)

        let shared = try it.unet(it.latents, timestep: 7, context: second)
        #expect(try relativeError(shared, it.unet(it.latents, timestep: 7, context: second.repeated(2))) < 1e-6)
        #expect(try relativeError(shared.select(0, 1), joined.select(0, 1)) < 1e-6)
        #expect(try relativeError(shared.select(0, 0), joined.select(0, 0)) > 1e-3)
        #expect(try second.repeated(3).count == 3)

        let pair = try PromptContext.joined([first, second]).repeated(2)
        let four = try it.unet(.cat([it.latents, it.latents]), timestep: 7, context: pair)
        let shuffled = try it.unet(
            .cat([it.latents, it.latents]), timestep: 7, context: .joined([first, first, second, second]))
        #expect(try relativeError(four, shuffled) < 1e-6)
    }

    /// As used by guidance: everything before the first cross-attention is computed once for both prompts.
    @Test func `Several prompts for a batch give what the batch gives as often`() throws {
        let it = try Fixture("diffusion_unet")
        let text = try it.golden.seeded.inputs("context", [2, 77, 12])
        let both = try PromptContext.joined([
            it.unet.promptContext(text.narrow(0, start: 0, length: 1)).repeated(2),
            it.unet.promptContext(text.narrow(0, start: 1, length: 1)).repeated(2),
        ])
        let once = try it.unet.noiseAndAttention(it.latents, timestep: 7, context: both)
        let twice = try it.unet.noiseAndAttention(.cat([it.latents, it.latents]), timestep: 7, context: both)
        #expect(once.noise.shape == twice.noise.shape)
        #expect(try relativeError(once.noise, twice.noise) < 1e-6)
        #expect(try relativeError(once.attention, twice.attention) < 1e-6)
    }

    @Test func `A model without 16x16 cross-attention says so`() throws {
        let it = try Fixture("diffusion_unet")
        let small = try it.latents.narrow(2, start: 0, length: 8).narrow(3, start: 0, length: 8)
        #expect(throws: DiffusionModelError.self) { try it.unet.attention(small, timestep: 0, context: it.context) }
        #expect(throws: DiffusionModelError.self) {
            try it.unet.noiseAndAttention(small, timestep: 0, context: it.context)
        }
    }

    @Test func `In bfloat16 latents stay float32 and the noise is near`() throws {
        let it = try Fixture("diffusion_unet", dtype: .bfloat16)
        let result = try it.unet.noiseAndAttention(it.latents, timestep: it.timestep, context: it.context)
        #expect(try result.noise.dtype == .float32)
        #expect(try result.attention.dtype == .float32)
        // bfloat16 keeps 8 bits (4e-3), and about twenty layers follow one another.
        #expect(try relativeError(result.noise, it.golden.output("sample")) < 0.1)
    }
}
