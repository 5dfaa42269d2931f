import ClipModels
import NeuralNet
import TensorCore

/// A Stable Diffusion 1.x checkpoint in one safetensors file with the original names, as distributed for the web UI and
/// similar tools: UNet, autoencoder and text encoder, in float32 or float16.
///
/// The file holds no configuration. Part of it is derived from shapes; the rest is Stable Diffusion 1's: 8 heads a
/// level, norms of 32 groups, latents of 64 × 64 cells, ε as the prediction, 12 heads of 64 in the text encoder, CLIP's
/// vocabulary.
///
/// If the file has averaged weights (`model_ema.…`) beside the trained ones, the trained ones are used by default, as
/// in diffusers. Entries that belong to no network (schedules, losses, other tools' notes) are skipped.
struct SingleFileCheckpoint {
    let unet: UNetConfiguration
    let autoencoder: AutoencoderConfiguration
    let text: CLIPTextConfiguration
    let unetWeights: RenamedWeights
    let autoencoderWeights: RenamedWeights
    let textWeights: RenamedWeights

    private static let unetPrefix = "model.diffusion_model."
    private static let autoencoderPrefix = "first_stage_model."
    private static let textPrefix = "cond_stage_model.transformer."

    /// - Parameter averaged: use the averaged weights of the UNet.
    /// - Throws: `WeightsError` for a file that can't be read; `DiffusionModelError` for another kind of model, or a
    ///   part that is missing.
    init(_ path: String, averaged: Bool = false) throws {
        let file = try SafetensorsFile(path)
        func below(_ prefix: String) -> [String: [Int]] {
            Dictionary(
                uniqueKeysWithValues: file.shapes.filter { $0.key.hasPrefix(prefix) }.map {
                    (String($0.key.dropFirst(prefix.count)), $0.value)
                })
        }
        let unetShapes = below(Self.unetPrefix), textShapes = below(Self.textPrefix)
        let autoencoderShapes = below(Self.autoencoderPrefix).filter { !$0.key.hasPrefix("loss.") }
        try Self.check(file.shapes.keys, path, unetShapes, autoencoderShapes, textShapes)
        let shapes = SingleFileShapes(path: path)
        unet = try shapes.unet(unetShapes)
        autoencoder = try shapes.autoencoder(autoencoderShapes)
        text = try shapes.text(textShapes)
        let levels = autoencoder.blockOutChannels.count, layers = unet.layersPerBlock[0]

        func weights(
            _ prefix: String, _ shapes: [String: [Int]], _ rename: (String) -> String?
        ) -> RenamedWeights {
            var origins: [String: RenamedWeights.Origin] = [:]
            for (name, shape) in shapes {
                // A name without a counterpart is kept and reported as "not part of the network".
                let new = rename(name) ?? prefix + name
                // The original 1 × 1 convolutions around the autoencoder's attention are linear layers in diffusers.
                let isLinear = new.contains("mid_block.attentions.0.to_") && shape.count == 4
                origins[new] = .init(key: prefix + name, shape: isLinear ? Array(shape.prefix(2)) : shape)
            }
            return RenamedWeights(file, origins: origins)
        }
        var unetWeights = weights(Self.unetPrefix, unetShapes) { SingleFileNames.unet($0, layers: layers) }
        if averaged {
            var origins: [String: RenamedWeights.Origin] = [:]
            for (name, shape) in unetShapes {
                // LitEma's names have no dots.
                let key = "model_ema." + "diffusion_model.\(name)".filter { $0 != "." }
                guard file.shapes[key] == shape, let new = SingleFileNames.unet(name, layers: layers) else {
                    throw DiffusionModelError(.unusable, "\(path): holds no averaged weights (\(key))")
                }
                origins[new] = .init(key: key, shape: shape)
            }
            unetWeights = RenamedWeights(file, origins: origins)
        }
        self.unetWeights = unetWeights
        autoencoderWeights = weights(Self.autoencoderPrefix, autoencoderShapes) {
            SingleFileNames.autoencoder($0, levels: levels)
        }
        textWeights = weights(Self.textPrefix, textShapes) { $0 }
    }

    /// How many numbers the weights of the three networks hold.
    var parameterCount: Int {
        let all = [unetWeights, autoencoderWeights, textWeights].flatMap {
            $0.shapes.filter { !$0.key.hasSuffix("position_ids") }
        }
        return all.reduce(0) { $0 + $1.value.reduce(1, *) }
    }

    /// - Throws: `DiffusionModelError` naming what the file is instead, or what it lacks.
    private static func check(
        _ keys: some Sequence<String>, _ path: String, _ unet: [String: [Int]], _ autoencoder: [String: [Int]],
        _ text: [String: [Int]]
    ) throws(DiffusionModelError) {
        let kinds = [
            ("conditioner.embedders.", "a Stable Diffusion XL checkpoint; Stable Diffusion 1.x is supported"),
            ("cond_stage_model.model.", "a Stable Diffusion 2.x checkpoint; Stable Diffusion 1.x is supported"),
            (
                "model.diffusion_model.joint_blocks.",
                "a Stable Diffusion 3 checkpoint; Stable Diffusion 1.x is supported"
            ),
            ("double_blocks.", "a Flux checkpoint; Stable Diffusion 1.x is supported"),
            ("control_model.", "a ControlNet, not a whole model"),
        ]
        for key in keys {
            if let (_, what) = kinds.first(where: { key.hasPrefix($0.0) }) {
                throw DiffusionModelError(.unusable, "\(path): \(what)")
            }
            if key.contains("lora_") || key.contains(".lora.") {
                throw DiffusionModelError(
                    .unusable, "\(path): a LoRA, not a whole model; merge it into a checkpoint first")
            }
        }
        let parts = [
            ("the UNet", unetPrefix, unet), ("the autoencoder", autoencoderPrefix, autoencoder),
            ("the text encoder", textPrefix, text),
        ]
        let missing = parts.filter { $0.2.isEmpty }
        guard missing.isEmpty else {
            let names = missing.map { "\($0.0) (\($0.1)…)" }.joined(separator: " and ")
            throw DiffusionModelError(
                .unusable,
                "\(path): no whole Stable Diffusion 1.x checkpoint: \(names) is missing; give a full checkpoint or a folder in diffusers' layout"
            )
        }
    }
}
