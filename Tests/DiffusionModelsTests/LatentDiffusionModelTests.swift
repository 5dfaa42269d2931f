import ClipModels
import DiffusionModels
import Foundation
import GoldenSupport
import NeuralNet
import TensorCore
import Testing

/// On a folder that diffusers wrote (Tests/Goldens/diffusion_pipeline.py).
@Suite struct LatentDiffusionModelTests {
    static let folder = Golden.folder.appendingPathComponent("diffusion_pipeline", isDirectory: true)

    @Test func `A folder written by diffusers loads and gives its numbers`() throws {
        let golden = try Golden("diffusion_pipeline")
        let model = try LatentDiffusionModel(folder: Self.folder)
        #expect(model.imageSize == golden.integer("image_size"))
        #expect(model.latentSize == 16)
        #expect(model.unet.attentionLayerCount == 3)
        let prompt = golden.description["prompt"] as? String ?? ""
        #expect(model.tokenizer.tokenize(prompt) == golden.description["tokens"] as? [Int])

        let embeddings = try model.encodePrompt(prompt)
        #expect(try relativeError(embeddings, golden.output("embeddings")) < 1e-4)
        let picture = try golden.seeded.inputs("picture", [1, 3, model.imageSize, model.imageSize])
        let z0 = try model.encode(picture)
        #expect(try relativeError(z0, golden.output("latents")) < 1e-4)
        let latents = try golden.seeded.inputs("latents", z0.shape)
        let context = try model.unet.promptContext(embeddings)
        let noise = try model.unet(latents, timestep: golden.integer("timestep"), context: context)
        #expect(try relativeError(noise, golden.output("noise")) < 1e-4)
        #expect(try relativeError(model.decode(latents), golden.output("decoded")) < 1e-4)
    }

    /// A copy of the folder with a change; removed afterwards.
    static func withCopy(_ change: (URL) throws -> Void, _ body: (URL) throws -> Void) throws {
        let folder = try TemporaryFolder.make()
        defer { try? FileManager.default.removeItem(at: folder) }
        let copy = folder.appendingPathComponent("model")
        try FileManager.default.copyItem(at: Self.folder, to: copy)
        try change(copy)
        try body(copy)
    }

    static func set(_ key: String, to value: Any, in file: URL) throws {
        var content = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any] ?? [:]
        content[key] = value
        try JSONSerialization.data(withJSONObject: content).write(to: file)
    }

    struct Refusal: CustomTestStringConvertible, Sendable {
        let file: String
        let key: String
        let json: String
        var testDescription: String { "\(file) \(key) = \(json)" }
    }

    @Test(arguments: [
        Refusal(file: "scheduler/scheduler_config.json", key: "prediction_type", json: "\"v_prediction\""),
        Refusal(file: "scheduler/scheduler_config.json", key: "beta_schedule", json: "\"squaredcos_cap_v2\""),
        Refusal(file: "scheduler/scheduler_config.json", key: "num_train_timesteps", json: "\"many\""),
        Refusal(file: "scheduler/scheduler_config.json", key: "beta_start", json: "0.5"),
        Refusal(file: "unet/config.json", key: "class_embed_type", json: "\"timestep\""),
        Refusal(file: "unet/config.json", key: "down_block_types", json: "[\"AttnDownBlock2D\", \"DownBlock2D\"]"),
        Refusal(file: "unet/config.json", key: "up_block_types", json: "[\"UpBlock2D\"]"),
        Refusal(file: "unet/config.json", key: "attention_head_dim", json: "3"),
        Refusal(file: "unet/config.json", key: "attention_head_dim", json: "[2, 2, 2]"),
        Refusal(file: "unet/config.json", key: "sample_size", json: "[16, 24]"),
        Refusal(file: "unet/config.json", key: "sample_size", json: "0"),
        Refusal(file: "unet/config.json", key: "cross_attention_dim", json: "[8, 16]"),
        Refusal(file: "unet/config.json", key: "norm_num_groups", json: "3"),
        Refusal(file: "unet/config.json", key: "mid_block_type", json: "\"UNetMidBlock2DSimpleCrossAttn\""),
        Refusal(file: "vae/config.json", key: "scaling_factor", json: "0"),
        Refusal(
            file: "vae/config.json", key: "down_block_types",
            json: "[\"AttnDownEncoderBlock2D\", \"DownEncoderBlock2D\"]"),
        Refusal(file: "model_index.json", key: "unet", json: "[\"diffusers\", \"UNet2DModel\"]"),
        Refusal(
            file: "model_index.json", key: "text_encoder_2", json: "[\"transformers\", \"CLIPTextModelWithProjection\"]"
        ),
    ]) func `What isn't supported is refused by file and key`(refusal: Refusal) throws {
        try Self.withCopy { copy in
            let value = try JSONSerialization.jsonObject(with: Data(refusal.json.utf8), options: .fragmentsAllowed)
            try Self.set(refusal.key, to: value, in: copy.appendingPathComponent(refusal.file))
        } _: { copy in
            let error = #expect(throws: (any Error).self) { try LatentDiffusionModel(folder: copy) }
            let text = String(describing: error)
            #expect(text.contains(refusal.key))
            #expect(text.contains(refusal.file))
        }
    }

    @Test func `Differences of several networks come in one error`() throws {
        try Self.withCopy { copy in
            try Self.set("cross_attention_dim", to: 16, in: copy.appendingPathComponent("unet/config.json"))
            try Self.set("latent_channels", to: 6, in: copy.appendingPathComponent("vae/config.json"))
        } _: { copy in
            let error = #expect(throws: WeightsError.self) { try LatentDiffusionModel(folder: copy) }
            let text = error?.description ?? ""
            #expect(error?.kind == .badData)
            #expect(text.contains("attn2.to_k.weight: [4, 8], expected [4, 16]"))
            #expect(text.contains("post_quant_conv.weight"))
        }
    }

    @Test func `float16 is for CUDA`() {
        let error = #expect(throws: DiffusionModelError.self) {
            try LatentDiffusionModel(folder: Self.folder, dtype: .float16)
        }
        #expect(error?.description.contains("bfloat16") == true)
    }

    @Test func `Parts that don't belong together are refused`() throws {
        // An inpainting UNet takes the mask and the masked picture beside the latent.
        try Self.withCopy { copy in
            let unet = copy.appendingPathComponent("unet")
            try Self.set("in_channels", to: 9, in: unet.appendingPathComponent("config.json"))
            let weights = unet.appendingPathComponent("diffusion_pytorch_model.safetensors").path
            var tensors = try SafetensorsFile(weights).all()
            tensors["conv_in.weight"] = try .zeros([4, 9, 3, 3])
            try SafetensorsWriter.write(tensors, to: weights)
        } _: { copy in
            let error = #expect(throws: DiffusionModelError.self) { try LatentDiffusionModel(folder: copy) }
            #expect(error?.description.contains("in_channels 9") == true)
        }
        try Self.withCopy {
            try FileManager.default.removeItem(at: $0.appendingPathComponent("tokenizer"))
        } _: { copy in
            let error = #expect(throws: DiffusionModelError.self) { try LatentDiffusionModel(folder: copy) }
            #expect(error?.description.contains("vocab_size 516") == true)
        }
    }

    @Test func `A pickle is refused with how to convert it, a missing file is named`() throws {
        try Self.withCopy { copy in
            let weights = copy.appendingPathComponent("vae/diffusion_pytorch_model")
            try FileManager.default.moveItem(
                at: weights.appendingPathExtension("safetensors"), to: weights.appendingPathExtension("bin"))
        } _: { copy in
            let error = #expect(throws: WeightsError.self) { try LatentDiffusionModel(folder: copy) }
            #expect(error?.description.contains("safetensors.torch.save_file") == true)
        }
        try Self.withCopy {
            try FileManager.default.removeItem(at: $0.appendingPathComponent("model_index.json"))
        } _: { copy in
            let error = #expect(throws: DiffusionModelError.self) { try LatentDiffusionModel(folder: copy) }
            #expect(error?.kind == .missing)
            #expect(error?.description.contains("model_index.json") == true)
        }
        let error = #expect(throws: DiffusionModelError.self) {
            try LatentDiffusionModel(folder: URL(fileURLWithPath: "/nonexistent"))
        }
        #expect(error?.kind == .missing)
    }
}
