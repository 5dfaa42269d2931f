import ClipModels
package import Foundation
import NeuralNet
package import TensorCore

extension LatentDiffusionModel {
    /// Loads a folder in diffusers' layout, or a Stable Diffusion 1.x checkpoint in one safetensors file, and checks
    /// all of it.
    ///
    /// - Parameters:
    ///   - folder: holds model_index.json, unet/, vae/, text_encoder/, scheduler/, and tokenizer/ unless it is CLIP's
    ///     own.
    ///   - dtype: the dtype of UNet and text encoder. The autoencoder always computes in float32: in 16 bits it tints
    ///     whole pictures, which more steps can't repair, and it runs only once for each. float16 is for CUDA: on a
    ///     processor without half-precision arithmetic LibTorch 2.13's convolutions take some 200 times as long in it
    ///     (measured: 13 s against 0.07 s), which looks like a hang, so it is refused there.
    /// - Throws: `DiffusionModelError` (folder, index, configurations), `WeightsError` (every weight of any network
    ///   that is missing, extra or misshaped, or a pickle), `CLIPError` (text encoder's configuration, tokenizer),
    ///   `TensorError` (memory, device).
    package init(folder: URL, dtype: DType = .float32, device: Device = .cpu) throws {
        try Self.checkThatItEnds(dtype, device)
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder), !isFolder.boolValue {
            self = try LatentDiffusionModel(checkpoint: folder, dtype: dtype, device: device)
            return
        }
        let parts = DiffusionFolder(folder)
        try parts.checkIndex()
        // Small files first: a wrong configuration is reported before gigabytes are read.
        schedulerConfiguration = try .load(parts.url(.scheduler))
        tokenizer = try CLIPTokenizer.load(folder: folder)

        var problems = WeightProblems()
        let unet = try problems.collect {
            try UNet2DConditionModel.load(parts.url(.unet), dtype: dtype, device: device)
        }
        let autoencoder = try problems.collect {
            try AutoencoderKL.load(parts.url(.vae), dtype: .float32, device: device)
        }
        let textEncoder = try problems.collect {
            try CLIPFolder(parts.url(.textEncoder).path).loadTextEncoder(dtype: dtype, device: device)
        }
        guard let unet, let autoencoder, let textEncoder else { throw problems.error(in: folder.path) }
        (self.unet, self.autoencoder, self.textEncoder) = (unet, autoencoder, textEncoder)
        (self.dtype, self.device) = (dtype, device)
        schedule = NoiseSchedule(schedulerConfiguration)
        parameterCount = try parts.parameterCount()
        try Self.checkThatPartsFit(
            unet.configuration, autoencoder.configuration, textEncoder.configuration, tokenizer, folder.path)
    }

    /// - Throws: `DiffusionModelError` naming the two files whose numbers don't match.
    static func checkThatPartsFit(
        _ unet: UNetConfiguration, _ autoencoder: AutoencoderConfiguration, _ text: CLIPTextConfiguration,
        _ tokenizer: CLIPTokenizer,
        _ folder: String
    ) throws(DiffusionModelError) {
        func need(_ fits: Bool, _ problem: String) throws(DiffusionModelError) {
            if !fits { throw DiffusionModelError(.unusable, "\(folder): the parts don't belong together: \(problem)") }
        }
        let latents = autoencoder.latentChannels
        try need(
            unet.inChannels == latents,
            "unet/config.json has in_channels \(unet.inChannels), vae/config.json latent_channels \(latents)")
        try need(
            unet.outChannels == unet.inChannels,
            "unet/config.json has in_channels \(unet.inChannels) and out_channels \(unet.outChannels); the noise has the latent's shape"
        )
        let width = text.shape.width
        try need(
            unet.crossAttentionDim == width,
            "unet/config.json has cross_attention_dim \(unet.crossAttentionDim), text_encoder/config.json hidden_size \(width)"
        )
        let length = CLIPTokenizer.contextLength
        try need(
            text.contextLength == length,
            "text_encoder/config.json has max_position_embeddings \(text.contextLength); prompts have \(length) tokens")
        try need(
            tokenizer.size <= text.vocabularySize,
            "the tokenizer knows \(tokenizer.size) tokens\(tokenizer.added.isEmpty ? "" : ", added ones among them"), text_encoder/config.json has vocab_size \(text.vocabularySize)"
        )
    }
}

/// Collects problems with the weights of several networks.
struct WeightProblems {
    private var errors: [WeightsError] = []

    /// The result, or nil after a `WeightsError`, which is kept; other errors pass.
    mutating func collect<Result>(_ body: () throws -> Result) throws -> Result? {
        do {
            return try body()
        } catch let error as WeightsError {
            errors.append(error)
            return nil
        }
    }

    /// All problems as one error.
    func error(in folder: String) -> WeightsError {
        guard let first = errors.first, errors.count > 1 else {
            return errors.first ?? WeightsError(.badData, folder, "no weights")
        }
        let kind = errors.allSatisfy { $0.kind == first.kind } ? first.kind : .badData
        return WeightsError(
            kind, folder,
            "\(errors.count) networks can't be loaded:\n" + errors.map(\.description).joined(separator: "\n"))
    }
}

extension DiffusionFolder {
    /// How many numbers the weight files hold.
    func parameterCount() throws(WeightsError) -> Int {
        let networks = [(Part.unet, Self.stems), (.vae, Self.stems), (.textEncoder, ["model"])]
        var count = 0
        for (part, stems) in networks {
            // Older files of the text encoder hold position numbers, which are not parameters.
            let shapes = try SafetensorsFolder(url(part).path, stems: stems).shapes.filter {
                !$0.key.hasSuffix("position_ids")
            }
            count += shapes.values.reduce(0) { $0 + $1.reduce(1, *) }
        }
        return count
    }
}
