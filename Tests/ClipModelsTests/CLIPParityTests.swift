import ClipModels
import Foundation
import GoldenSupport
import ParameterKit
import Testing
import TensorCore

/// What clip_open_clip*.json and clip_hugging_face.json describe.
struct CLIPGolden: Decodable {
    struct Part: Decodable {
        var seed: Int
        var parameters: [String: [Int]]
        var config: JSONValue
    }
    var seed: Int
    var parameters: [String: [Int]]
    var config: JSONValue
    var blocks: [Int]
    var sizes: [String: Int]
    var tokens: [[Int]]
    var alone: Part?
    var projected: Part?
}

@Suite("CLIP against open_clip and transformers")
struct CLIPParityTests {
    /// float32, networks of a few layers: rounding is about 1e-6; a wrong epsilon or activation is above 1e-3.
    static let tolerance = 1e-4

    /// Runs `body` with the golden's model as a folder.
    static func withModel(_ stem: String, _ body: (CLIPModel, Golden<CLIPGolden>) throws -> Void) throws {
        let golden = try Golden<CLIPGolden>(stem)
        try Goldens.withFolder { folder in
            let openCLIP = stem.hasPrefix("clip_open_clip")
            try JSONEncoder().encode(golden.description.config)
                .write(to: folder.appendingPathComponent(openCLIP ? "open_clip_config.json" : "config.json"))
            try Goldens.writeWeights(
                golden.description.parameters, seed: golden.description.seed,
                to: folder.appendingPathComponent(openCLIP ? "open_clip_model.safetensors" : "model.safetensors"))
            try body(CLIPFolder(folder.path).loadModel(), golden)
        }
    }

    /// *Source*: Tests/Goldens/clip_open_clip.py, clip_hugging_face.py.
    @Test("both towers agree", arguments: ["clip_open_clip", "clip_open_clip_quick", "clip_hugging_face"])
    func towers(stem: String) throws {
        try Self.withModel(stem) { model, golden in
            let texts = try model.text.embeddings(golden.description.tokens)
            #expect(try relativeError(texts, golden.output("text")) < Self.tolerance)
            let weights = SeededWeights(seed: golden.description.seed)
            for (name, size) in golden.description.sizes {
                let pictures = try weights.inputs("pictures.\(name)", [2, 3, size, size])
                let features = try model.vision(pictures, blocks: golden.description.blocks)
                #expect(
                    try relativeError(features.imageToken, golden.output("\(name).image")) < Self.tolerance, "\(name)")
                #expect(features.patchTokens.count == golden.description.blocks.count)
                for (block, tokens) in zip(golden.description.blocks, features.patchTokens) {
                    #expect(
                        try relativeError(tokens, golden.output("\(name).block\(block)")) < Self.tolerance,
                        "\(name) \(block)")
                }
            }
            #expect(
                model.parameterCount
                    == golden.description.parameters.filter { $0.key != "logit_scale" }
                    .reduce(0) { $0 + $1.value.reduce(1, *) })
        }
    }

    @Test("a text tower alone agrees, with and without prefix and projection")
    func textEncoders() throws {
        let golden = try Golden<CLIPGolden>("clip_hugging_face")
        for (name, part) in [("alone", golden.description.alone), ("projected", golden.description.projected)] {
            let part = try #require(part)
            // As transformers 5 writes it, and with the prefix that older files have.
            for prefix in ["", "text_model."] {
                try Goldens.withFolder { folder in
                    try JSONEncoder().encode(part.config).write(to: folder.appendingPathComponent("config.json"))
                    var tensors: [String: Tensor] = [:]
                    for (key, value) in try SeededWeights(seed: part.seed).parameters(part.parameters) {
                        let bare = key.hasPrefix("text_model.") ? String(key.dropFirst("text_model.".count)) : key
                        tensors[bare.hasPrefix("text_projection") ? bare : prefix + bare] = value
                    }
                    tensors[prefix + "embeddings.position_ids"] = try Tensor.arange(77).unsqueeze(0)
                    try Goldens.write(tensors, to: folder.appendingPathComponent("model.safetensors"))
                    let encoder = try CLIPFolder(folder.path).loadTextEncoder()
                    let hidden = try encoder.hiddenStates(golden.description.tokens)
                    #expect(
                        try relativeError(hidden, golden.output("\(name).hidden")) < Self.tolerance, "\(name) \(prefix)"
                    )
                    if name == "projected" {
                        let texts = try encoder.embeddings(golden.description.tokens)
                        #expect(try relativeError(texts, golden.output("projected.text")) < Self.tolerance)
                    }
                }
            }
        }
    }
}
