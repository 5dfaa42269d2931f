import ParameterKit
package import ClipModels
package import Foundation
import NeuralNet
package import TensorCore

extension DiffusionFolder {
    /// Writes a model in diffusers' layout, its weights in float16 as downloaded models are. model_index.json is
    /// written last, so a folder that has it is complete.
    ///
    /// - Parameters:
    ///   - tokenizer: its vocabulary must fit the text encoder's.
    ///   - unet, autoencoder, textEncoder: by the names that diffusers and transformers (with the prefix `text_model.`)
    ///     give them.
    /// - Throws: `DiffusionModelError` when the parts don't fit or a folder can't be written; `WeightsError`,
    ///   `TensorError`.
    package static func write(
        to url: URL, configuration: LatentDiffusionConfiguration, tokenizer: CLIPTokenizer, unet: [String: Tensor],
        autoencoder: [String: Tensor], textEncoder: [String: Tensor]
    ) throws {
        let folder = DiffusionFolder(url)
        try LatentDiffusionModel.checkThatPartsFit(
            configuration.unet, configuration.autoencoder, configuration.text, tokenizer, url.path)
        try folder.write(.unet, configuration.unet.file, unet)
        try folder.write(.vae, configuration.autoencoder.file(imageSize: configuration.imageSize), autoencoder)
        var text = configuration.text
        text.embedding = nil
        try folder.write(.textEncoder, text.file, textEncoder)
        try folder.write(
            configuration.scheduler.file, to: folder.url(.scheduler).appendingPathComponent("scheduler_config.json"))
        do {
            try tokenizer.write(to: folder.url(.tokenizer))
        } catch {
            throw DiffusionModelError(
                .unwritable, "\(folder.url(.tokenizer).path): can't be written (\(error.localizedDescription))")
        }
        try folder.write(indexFile, to: folder.index)
    }

    private static var indexFile: [String: JSONValue] {
        func part(_ library: String, _ type: String) -> JSONValue { .array([.string(library), .string(type)]) }
        return [
            "_class_name": .string("StableDiffusionPipeline"),
            "feature_extractor": .array([.null, .null]),
            "requires_safety_checker": .bool(false),
            "safety_checker": .array([.null, .null]),
            "scheduler": part("diffusers", "DDIMScheduler"),
            "text_encoder": part("transformers", "CLIPTextModel"),
            "tokenizer": part("transformers", "CLIPTokenizer"),
            "unet": part("diffusers", "UNet2DConditionModel"),
            "vae": part("diffusers", "AutoencoderKL"),
        ]
    }

    private func write(_ part: Part, _ configuration: [String: JSONValue], _ tensors: [String: Tensor]) throws {
        try write(configuration, to: url(part).appendingPathComponent("config.json"))
        let stem = part == .textEncoder ? "model" : Self.stems[0]
        try SafetensorsWriter.write(
            tensors, to: url(part).appendingPathComponent("\(stem).safetensors").path, dtype: .float16,
            metadata: ["format": "pt"])
    }

    private func write(_ configuration: [String: JSONValue], to file: URL) throws(DiffusionModelError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try (encoder.encode(configuration) + [UInt8(ascii: "\n")]).write(to: file, options: .atomic)
        } catch {
            throw DiffusionModelError(.unwritable, "\(file.path): can't be written (\(error.localizedDescription))")
        }
    }
}
