import ParameterKit
import ClipModels
import Foundation
import GoldenSupport
import NeuralNet
import TensorCore
import Testing

@Suite("CLIP folders")
struct CLIPFolderTests {
    private static let config = "open_clip_config.json"
    private static let weights = "open_clip_model.safetensors"

    /// Runs `body` with a thin CLIP in open_clip's layout.
    private func with(_ body: (URL, CLIPGolden) throws -> Void) throws {
        let golden = try Golden<CLIPGolden>("clip_open_clip").description
        try Goldens.withFolder { folder in
            try JSONEncoder().encode(golden.config).write(to: folder.appendingPathComponent(Self.config))
            try Goldens.writeWeights(
                golden.parameters, seed: golden.seed, to: folder.appendingPathComponent(Self.weights))
            try body(folder, golden)
        }
    }

    @Test("weights that do not fit are all named at once")
    func differences() throws {
        try with { folder, golden in
            var tensors = try SeededWeights(seed: golden.seed).parameters(golden.parameters)
            tensors["visual.proj"] = nil
            tensors["ln_final.bias"] = try Tensor.zeros([47])
            tensors["visual.surprise"] = try Tensor.zeros([1])
            try Goldens.write(tensors, to: folder.appendingPathComponent(Self.weights))
            #expect { try CLIPFolder(folder.path).loadModel() } throws: {
                guard let error = $0 as? WeightsError, error.kind == .badData else { return false }
                return ["visual.proj [32, 24]", "ln_final.bias: [47], expected [48]", "visual.surprise"].allSatisfy(
                    error.reason.contains)
            }
        }
    }

    @Test("a pickle is refused with the way to convert it")
    func pickle() throws {
        try with { folder, _ in
            try FileManager.default.removeItem(at: folder.appendingPathComponent(Self.weights))
            try Data([0x80, 0x02]).write(to: folder.appendingPathComponent("open_clip_pytorch_model.bin"))
            #expect { try CLIPFolder(folder.path).loadModel() } throws: {
                ($0 as? WeightsError)?.kind == .badData && "\($0)".contains("safetensors.torch.save_file")
            }
        }
    }

    @Test("a folder without a config is refused")
    func empty() throws {
        try Goldens.withFolder { folder in
            #expect(
                throws: CLIPError.missingFile(folder: folder.path, expected: "open_clip_config.json or config.json")
            ) {
                try CLIPFolder(folder.path).loadModel()
            }
            #expect(throws: CLIPError.missingFile(folder: folder.path, expected: "config.json")) {
                try CLIPFolder(folder.path).loadTextEncoder()
            }
        }
    }

    @Test(
        "variants that are not implemented and sizes that can't be are refused by name",
        arguments: [
            ("model_cfg.vision_cfg.timm_model_name", JSONValue.string("vit"), "vision_cfg.timm_model_name"),
            ("model_cfg.vision_cfg.layers", .array([.int(3), .int(4), .int(6), .int(3)]), "ResNet"),
            ("model_cfg.vision_cfg.attentional_pool", .bool(true), "vision_cfg.attentional_pool"),
            ("model_cfg.vision_cfg.pool_type", .string("avg"), "vision_cfg.pool_type"),
            ("model_cfg.text_cfg.hf_model_name", .string("roberta-base"), "text_cfg.hf_model_name"),
            ("model_cfg.text_cfg.pool_type", .string("last"), "text_cfg.pool_type"),
            ("model_cfg.text_cfg.heads", .int(5), "not a multiple"),
            ("model_cfg.text_cfg.width", .int(0), "text_cfg's width is 0"),
            ("model_cfg.vision_cfg.patch_size", .int(29), "patch_size 29 is larger"),
            ("model_cfg.embed_dim", .string("wide"), "model_cfg.embed_dim"),
            ("preprocess_cfg.std", .array([.int(0), .int(1), .int(1)]), "std"),
        ])
    func configuration(path: String, value: JSONValue, reason: String) throws {
        try with { folder, golden in
            try JSONEncoder().encode(golden.config.setting(path, to: value)).write(
                to: folder.appendingPathComponent(Self.config))
            #expect { try CLIPFolder(folder.path).loadModel() } throws: {
                guard case .configuration(let file, let found)? = $0 as? CLIPError else { return false }
                return file.hasSuffix(Self.config) && found.contains(reason)
            }
        }
    }

    @Test("a folder in both layouts is read in open_clip's; mean and deviation come from the folder")
    func layouts() throws {
        try with { folder, golden in
            try Data("{}".utf8).write(to: folder.appendingPathComponent("config.json"))
            let mean = JSONValue.array([.double(0.5), .double(0.25), .double(0.125)])
            try JSONEncoder().encode(golden.config.setting("preprocess_cfg.mean", to: mean)).write(
                to: folder.appendingPathComponent(Self.config))
            let model = try CLIPFolder(folder.path).loadModel()
            #expect(model.preprocessor(size: 14) == CLIPPreprocessor(size: 14, mean: [0.5, 0.25, 0.125]))
            #expect(model.configuration.vision.nativeGrid == 4)
            let before = model.fingerprint
            #expect(try CLIPFolder(folder.path).loadModel().fingerprint == before)
            try Goldens.writeWeights(
                golden.parameters, seed: golden.seed, to: folder.appendingPathComponent(Self.weights))
            #expect(try CLIPFolder(folder.path).loadModel().fingerprint != before)
        }
    }

    @Test("towers refuse what they can't read")
    func refusals() throws {
        try with { folder, _ in
            let model = try CLIPFolder(folder.path).loadModel()
            #expect(throws: CLIPError.unknownToken(id: 520, vocabularySize: 520)) {
                try model.text.hiddenStates([[518, 520]])
            }
            #expect(throws: CLIPError.unknownToken(id: -1, vocabularySize: 520)) {
                try model.text.hiddenStates([[-1, 519]])
            }
            let pictures = try Tensor.zeros([1, 3, 6, 6])
            #expect(throws: CLIPError.pictureTooSmall(size: 6, patch: 7)) { try model.vision(pictures) }
            #expect(throws: CLIPError.noSuchBlock(5, layers: 4)) {
                try model.vision(Tensor.zeros([1, 3, 28, 28]), blocks: [1, 5])
            }
        }
    }

    @Test("texts of different lengths in one batch do not influence each other")
    func batch() throws {
        try with { folder, golden in
            let model = try CLIPFolder(folder.path).loadModel()
            let together = try model.text.embeddings(golden.tokens)
            for (row, tokens) in golden.tokens.enumerated() {
                #expect(try relativeError(model.text.embeddings([tokens]).squeeze(0), together.select(0, row)) < 1e-5)
            }
        }
    }

    @Test("a number that no integer holds is refused", arguments: ["vision_cfg", "text_cfg"])
    func hugeRatio(part: String) throws {
        try with { folder, _ in
            let file = folder.appendingPathComponent(Self.config)
            var json = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
            var model = try #require(json["model_cfg"] as? [String: Any])
            var section = try #require(model[part] as? [String: Any])
            section["mlp_ratio"] = 1e18
            model[part] = section
            json["model_cfg"] = model
            try JSONSerialization.data(withJSONObject: json).write(to: file)
            #expect { try CLIPFolder(folder.path).loadModel() } throws: { "\($0)".contains("\(part).mlp_ratio") }
        }
    }
}
