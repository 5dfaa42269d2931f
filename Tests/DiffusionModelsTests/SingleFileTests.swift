import ClipModels
import DiffusionModels
import Foundation
import GoldenSupport
import NeuralNet
import TensorCore
import Testing

/// Checkpoints in one file with the original names, against diffusers' own loader:
/// Tests/Goldens/diffusion_single_file.py.
@Suite("Single-file checkpoints", .serialized)
struct SingleFileTests {
    private let golden: Golden
    private let tokens: [Int]

    init() throws {
        golden = try Golden("diffusion_single_file")
        tokens = golden.description["tokens"] as? [Int] ?? []
    }

    /// Writes the drawn checkpoint, changed, and gives the file.
    private func checkpoint(
        dtype: DType? = nil, _ change: (inout [String: Tensor]) throws -> Void = { _ in }
    ) throws -> URL {
        var tensors = try golden.seeded.parameters(golden.parameters)
        try change(&tensors)
        let file = try TemporaryFolder.make().appendingPathComponent("model.safetensors")
        try SafetensorsWriter.write(tensors, to: file.path, dtype: dtype)
        return file
    }

    private func remove(_ file: URL) { try? FileManager.default.removeItem(at: file.deletingLastPathComponent()) }

    private func noise(_ model: LatentDiffusionModel) throws -> Tensor {
        let latents = try golden.seeded.inputs("latents", [1, 4, 16, 16])
        let context = try model.unet.promptContext(model.textEncoder.hiddenStates([tokens]))
        return try withoutGradients {
            try model.unet(latents, timestep: golden.integer("timestep"), context: context)
        }
    }

    @Test("all three networks answer as diffusers' do; averaged weights and leftovers beside them change nothing")
    func parity() throws {
        let file = try checkpoint { tensors in
            tensors["alphas_cumprod"] = try Tensor.zeros([1000])
            tensors["model_ema.decay"] = try Tensor.zeros([])
            tensors["first_stage_model.loss.logvar"] = try Tensor.zeros([])
            tensors["cond_stage_model.transformer.text_model.embeddings.position_ids"] = try Tensor.zeros([1, 77])
            for (name, tensor) in tensors where name.hasPrefix("model.diffusion_model.") {
                tensors["model_ema." + name.dropFirst("model.".count).filter { $0 != "." }] = try tensor * 0.5
            }
        }
        defer { remove(file) }
        // As a folder would be given.
        let model = try LatentDiffusionModel(folder: file)
        #expect(model.unet.configuration.blockOutChannels == [32, 64, 64] && model.imageSize == 128)
        #expect(model.unet.configuration.downAttention == [true, true, false] && model.latentSize == 64)
        let hidden = try withoutGradients { try model.textEncoder.hiddenStates([tokens]) }
        #expect(try relativeError(hidden, golden.output("hidden")) < 1e-4)
        #expect(try relativeError(noise(model), golden.output("noise")) < 1e-4)
        let picture = try golden.seeded.inputs("picture", [1, 3, 32, 32])
        let latents = try golden.seeded.inputs("latents", [1, 4, 16, 16])
        let mean = try withoutGradients { try model.autoencoder.encode(picture).mean }
        let decoded = try withoutGradients { try model.autoencoder.decode(latents) }
        #expect(try relativeError(mean, golden.output("mean")) < 1e-4)
        #expect(try relativeError(decoded, golden.output("decoded")) < 1e-4)
        #expect(Array(model.tokenizer.tokenize("a photo of a").prefix(6)) == Array(tokens.prefix(6)))
        let numbers = golden.parameters.values.reduce(0) { $0 + $1.reduce(1, *) }
        #expect(model.parameterCount == numbers)
        let averaged = try LatentDiffusionModel(checkpoint: file, averaged: true)
        #expect(try relativeError(noise(averaged), golden.output("noise")) > 0.05)
    }

    @Test("half precision in the file is float32 in the network")
    func half() throws {
        let file = try checkpoint(dtype: .float16)
        defer { remove(file) }
        #expect(try relativeError(noise(LatentDiffusionModel(checkpoint: file)), golden.output("noise")) < 5e-2)
        let error = #expect(throws: DiffusionModelError.self) {
            try LatentDiffusionModel(checkpoint: file, averaged: true)
        }
        #expect(error?.description.contains("no averaged weights") == true)
    }

    @Test("every weight that is missing or too many is listed")
    func strict() throws {
        let file = try checkpoint { tensors in
            tensors["model.diffusion_model.output_blocks.3.0.in_layers.2.bias"] = nil
            tensors["first_stage_model.decoder.mid.attn_1.q.bias"] = nil
            tensors["model.diffusion_model.label_emb.0.0.bias"] = try Tensor.zeros([4])
        }
        defer { remove(file) }
        let error = #expect(throws: WeightsError.self) { try LatentDiffusionModel(checkpoint: file) }
        for word in [
            "up_blocks.1.resnets.1.conv1.bias", "decoder.mid_block.attentions.0.to_q.bias", "label_emb.0.0.bias",
        ] {
            #expect(error?.reason.contains(word) == true, "\(word)")
        }
    }

    @Test(
        "other models are refused by name",
        arguments: [
            ("conditioner.embedders.0.x", "XL"), ("cond_stage_model.model.ln_final.bias", "2.x"),
            ("lora_unet_down.alpha", "LoRA"), ("control_model.x", "ControlNet"),
        ])
    func others(_ key: String, _ word: String) throws {
        let file = try TemporaryFolder.make().appendingPathComponent("other.safetensors")
        defer { remove(file) }
        try SafetensorsWriter.write([key: Tensor.zeros([2])], to: file.path)
        let error = #expect(throws: DiffusionModelError.self) { try LatentDiffusionModel(checkpoint: file) }
        #expect(error?.description.contains(word) == true, "\(String(describing: error))")
    }

    @Test("parts that lack, inpainting, pickles and pointers are named")
    func lacking() throws {
        let part = try checkpoint { tensors in tensors = tensors.filter { !$0.key.hasPrefix("first_stage_model.") } }
        defer { remove(part) }
        let error = #expect(throws: DiffusionModelError.self) { try LatentDiffusionModel(checkpoint: part) }
        #expect(error?.description.contains("the autoencoder (first_stage_model.…) is missing") == true)
        let painting = try checkpoint {
            $0["model.diffusion_model.input_blocks.0.0.weight"] = try Tensor.zeros([32, 9, 3, 3])
        }
        defer { remove(painting) }
        let other = #expect(throws: DiffusionModelError.self) { try LatentDiffusionModel(checkpoint: painting) }
        #expect(other?.description.contains("inpainting") == true)
        let file = part.deletingLastPathComponent().appendingPathComponent("model.ckpt")
        try Data([0x50, 0x4B, 3, 4, 0, 0, 0, 0, 0, 0]).write(to: file)
        let pickle = #expect(throws: WeightsError.self) { try LatentDiffusionModel(folder: file) }
        #expect(pickle?.reason.contains("safetensors.torch.save_file") == true)
        try Data("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n".utf8).write(to: file)
        let pointer = #expect(throws: WeightsError.self) { try LatentDiffusionModel(folder: file) }
        #expect(pointer?.reason.contains("git lfs pull") == true)
    }

    /// Names of tensors changed at random give one of our errors, or a model if nothing important was changed.
    @Test("damaged names and shapes never crash", .timeLimit(.minutes(5)))
    func fuzzing() throws {
        let seed = ProcessInfo.processInfo.environment["FLAWSMITH_FUZZ_SEED"].flatMap(UInt64.init) ?? 20_263
        print("fuzzing checkpoints with seed \(seed)")
        var state = seed
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % max(1, bound)
        }
        // Sides of at most 32: small, and still a network's. Damage falls on names and shapes in the header.
        let file = try checkpoint(dtype: .float16) { tensors in
            for (name, shape) in golden.parameters { tensors[name] = try Tensor.zeros(shape.map { min($0, 32) }) }
        }
        defer { remove(file) }
        let header = try FileHandle(forReadingFrom: file).read(upToCount: 1 << 16) ?? Data()
        let end = min(
            header.count, 8 + header.prefix(8).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) })
        let handle = try FileHandle(forWritingTo: file)
        for _ in 0..<2000 {
            var damaged = header.prefix(end)
            for _ in 0...next(3) { damaged[8 + next(end - 8)] = Array("0123456789.aeo_".utf8)[next(15)] }
            try handle.seek(toOffset: 0)
            try handle.write(contentsOf: damaged)
            do {
                _ = try LatentDiffusionModel(checkpoint: file)
            } catch is DiffusionModelError {} catch is WeightsError {} catch is TensorError {}
        }
    }
}
