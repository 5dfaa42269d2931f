import FileSigns
import Foundation
import Glibc
import NeuralNet
package import TensorCore

/// A model folder on disk, in open_clip's or Hugging Face's layout.
package struct CLIPFolder: Sendable {
    package let path: String

    package init(_ path: String) { self.path = path }

    /// Loads a whole CLIP.
    ///
    /// Layouts: `open_clip_config.json` with `open_clip_model.safetensors` (or open_clip's older name), or
    /// `config.json` with `model.safetensors`. A folder that holds both is read in open_clip's.
    /// - Throws: `CLIPError.missingFile`, `configuration`, `vocabulary`; `WeightsError`; `TensorError`.
    package func loadModel(dtype: DType = .float32, device: Device = .cpu) throws -> CLIPModel {
        let tokenizer = try CLIPTokenizer.load(folder: URL(fileURLWithPath: path))
        let openCLIP = "open_clip_config.json"
        let (configuration, naming, stems): (CLIPConfiguration, CLIPNaming, [String])
        if has(openCLIP), Self.openCLIPStems.contains(where: hasWeights) || !has("config.json") {
            configuration = try decode(OpenCLIPConfigurationFile.self, openCLIP).configuration(file: file(openCLIP))
            (naming, stems) = (.openCLIP, Self.openCLIPStems + ["model"])
        } else if has("config.json") {
            let preprocessor = "preprocessor_config.json"
            configuration = try decode(HuggingFaceConfigurationFile.self, "config.json").configuration(
                file: file("config.json"),
                preprocessor: has(preprocessor)
                    ? try decode(HuggingFaceConfigurationFile.Preprocessor.self, preprocessor) : nil)
            (naming, stems) = (.huggingFace, ["model"])
        } else {
            throw CLIPError.missingFile(folder: path, expected: "open_clip_config.json or config.json")
        }
        let store = ParameterStore(try SafetensorsFolder(path, stems: stems), dtype: dtype, device: device)
        return try CLIPModel(store, configuration, tokenizer: tokenizer, naming: naming, fingerprint: fingerprint)
    }

    /// Loads a text tower that stands alone in Hugging Face's layout, as `text_encoder/` of a diffusion pipeline does.
    ///
    /// Names may have transformers' older prefix `text_model.` or not; a projection is loaded where the file holds one.
    /// - Throws: as `loadModel`.
    package func loadTextEncoder(dtype: DType = .float32, device: Device = .cpu) throws -> CLIPTextEncoder {
        guard has("config.json") else { throw CLIPError.missingFile(folder: path, expected: "config.json") }
        let tower = try decode(HuggingFaceTower.self, "config.json")
        let weights = try SafetensorsFolder(path, stems: ["model"])
        let projected = weights.shapes["text_projection.weight"] != nil
        let configuration = try tower.text(
            file: file("config.json"), embedding: projected ? tower.projection_dim ?? 512 : nil)
        let store = ParameterStore(weights, dtype: dtype, device: device)
        let encoder = try CLIPTextEncoder(store.root, configuration, naming: .huggingFace)
        try store.verify(ignoring: Self.isUnused)
        return encoder
    }

    /// Keys in released files that no tower reads.
    static func isUnused(_ key: String) -> Bool { key.hasSuffix("position_ids") || key == "logit_scale" }

    // MARK: - Files

    /// *Source*: open_clip's `HF_SAFE_WEIGHTS_NAME`, and the stem of its older releases.
    private static let openCLIPStems = ["open_clip_model", "open_clip_pytorch_model"]

    private func file(_ name: String) -> String { "\(path)/\(name)" }
    private func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }
    private func hasWeights(_ stem: String) -> Bool {
        has("\(stem).safetensors") || has("\(stem).safetensors.index.json")
    }

    /// Device, inode, size and change time of every file, down to the tokenizer's.
    private var fingerprint: String {
        let names = (FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []).sorted()
        return names.compactMap { name in
            var facts = stat()
            guard stat(file(name), &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return nil }
            return
                "\(name) \(facts.st_dev) \(facts.st_ino) \(facts.st_size) \(facts.st_ctim.tv_sec).\(facts.st_ctim.tv_nsec)"
        }.joined(separator: "\n")
    }

    private func decode<Content: Decodable>(_ type: Content.Type, _ name: String) throws(CLIPError) -> Content {
        guard let data = FileManager.default.contents(atPath: file(name)) else {
            throw .configuration(file: file(name), reason: "can't be read")
        }
        if let standIn = StandIn(data) { throw .configuration(file: file(name), reason: standIn.sentence) }
        do {
            return try JSONDecoder().decode(type, from: data)
        } catch DecodingError.keyNotFound(let key, _) {
            throw .configuration(file: file(name), reason: "\"\(key.stringValue)\" is missing")
        } catch DecodingError.typeMismatch(_, let context) {
            let key = context.codingPath.map(\.stringValue).joined(separator: ".")
            throw .configuration(file: file(name), reason: "\"\(key)\" has a value of the wrong type")
        } catch {
            throw .configuration(
                file: file(name), reason: "not JSON of the form expected (\(error.localizedDescription))")
        }
    }
}
