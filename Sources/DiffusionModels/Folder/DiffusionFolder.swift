package import Foundation
import NeuralNet
import ParameterKit

/// A model folder in diffusers' layout, which has these files:
///
///     model_index.json                          which classes the parts are of
///     unet/, vae/                               config.json, diffusion_pytorch_model.safetensors
///                                               (or .fp16., or sharded with an index)
///     text_encoder/                             config.json, model.safetensors
///     tokenizer/                                vocab.json and merges.txt, or tokenizer.json
///     scheduler/                                scheduler_config.json
package struct DiffusionFolder: Sendable {
    package let url: URL

    enum Part: String, CaseIterable {
        case unet, vae, scheduler, tokenizer
        case textEncoder = "text_encoder"
    }

    package init(_ url: URL) { self.url = url }

    func url(_ part: Part) -> URL { url.appendingPathComponent(part.rawValue, isDirectory: true) }

    var index: URL { url.appendingPathComponent("model_index.json") }

    /// File names of weights without their endings, diffusers' networks first.
    static let stems = ["diffusion_pytorch_model"]

    /// - Throws: `DiffusionModelError` when the folder is missing or its index names other parts than Stable Diffusion
    ///   1.5's.
    func checkIndex() throws(DiffusionModelError) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), isFolder.boolValue else {
            throw DiffusionModelError(.missing, "\(url.path): no such folder; give a model folder in diffusers' layout")
        }
        guard FileManager.default.fileExists(atPath: index.path) else {
            throw DiffusionModelError(
                .missing,
                "\(url.path): model_index.json is missing; give a model folder in diffusers' layout, or a Stable Diffusion 1.x "
                    + "checkpoint itself (one .safetensors file)"
            )
        }
        let file = try ConfigurationFile(contentsOf: index)
        for (part, types) in Self.classes {
            guard case .array(let entry) = file.value(part.rawValue), entry.count == 2,
                case .string(let type) = entry[1]
            else {
                throw file.problem(part.rawValue, "should name the library and class of that part")
            }
            guard types?.contains(type) ?? true else {
                throw file.problem(part.rawValue, "is a \(type); supported is \((types ?? []).joined(separator: ", "))")
            }
        }
        for part in ["text_encoder_2", "unet_2", "prior"] {
            if case .array(let entry) = file.value(part), entry != [.null, .null] {
                throw file.problem(
                    part, "is a part that Stable Diffusion 1.5 doesn't have; SDXL and later models are not supported")
            }
        }
    }

    /// The classes that each part may have; nil: any (what is read from the part is the same in all).
    private static let classes: [(Part, [String]?)] = [
        (.unet, ["UNet2DConditionModel"]), (.vae, ["AutoencoderKL"]), (.textEncoder, ["CLIPTextModel"]),
        (.tokenizer, ["CLIPTokenizer", "CLIPTokenizerFast"]), (.scheduler, nil),
    ]
}
