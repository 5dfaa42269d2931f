import ClipModels
import Foundation
import GoldenSupport
import NeuralNet
import TensorCore
import Testing

/// A CLIP at its true size, where one is given: `FLAWSMITH_FULL_CLIP` is a folder that `clip_full_size.py` wrote, with
/// its answers in FOLDER.safetensors.
struct FullSizeTests {
    @Test(.enabled(if: fullSizeFolder != nil, "set FLAWSMITH_FULL_CLIP to a folder written by clip_full_size.py"))
    func `A full-size CLIP agrees with the library that wrote it`() throws {
        let folder = try #require(fullSizeFolder)
        let reference = try SafetensorsFile(folder + ".safetensors")
        func numbers(_ key: String) throws -> [Int] {
            try #require(reference.metadata[key]).split(separator: ",").compactMap { Int($0) }
        }
        let (seeded, blocks) = (SeededWeights(seed: try numbers("seed")[0]), try numbers("blocks"))
        func agrees(_ result: Tensor, _ name: String) throws -> Bool {
            let error = try relativeError(result, reference.tensor(name))
            print("full size, \(folder): \(name) off by \(error)")
            return error < CLIPParityTests.tolerance
        }
        let model = try CLIPFolder(folder).loadModel()
        try withoutGradients {
            let texts = ["a photo of a damaged screw.", "metal nut without flaw"].map {
                model.tokenizer.tokenize($0, contextLength: model.configuration.text.contextLength)
            }
            #expect(try agrees(model.text.embeddings(texts), "text"))
            for size in try numbers("sizes") {
                let features = try model.vision(seeded.inputs("picture.\(size)", [1, 3, size, size]), blocks: blocks)
                #expect(try agrees(features.imageToken, "\(size).image"))
                for (block, tokens) in zip(blocks, features.patchTokens) {
                    #expect(try agrees(tokens, "\(size).block\(block)"))
                }
            }
        }
    }
}

private let fullSizeFolder = ProcessInfo.processInfo.environment["FLAWSMITH_FULL_CLIP"]
