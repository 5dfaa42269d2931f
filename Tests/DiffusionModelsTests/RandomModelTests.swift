import ClipModels
import DiffusionModels
import Foundation
import NeuralNet
import TensorCore
import Testing

@Suite struct RandomModelTests {
    static func configuration(_ tokenizer: CLIPTokenizer) -> LatentDiffusionConfiguration {
        var unet = UNetConfiguration(sampleSize: 16)
        unet.blockOutChannels = [8, 16]
        (unet.downAttention, unet.upAttention) = ([true, false], [false, true])
        (unet.layersPerBlock, unet.headCounts, unet.transformerLayers) = ([1, 1], [2, 2], [1, 1])
        (unet.crossAttentionDim, unet.normNumGroups) = (12, 4)
        var autoencoder = AutoencoderConfiguration()
        (autoencoder.blockOutChannels, autoencoder.normNumGroups) = ([8, 8], 4)
        return LatentDiffusionConfiguration(
            unet: unet, autoencoder: autoencoder,
            text: CLIPTextConfiguration(
                shape: TransformerShape(
                    width: 12, layers: 1, heads: 2, perceptron: 24, activation: .quickGELU, eps: 1e-5),
                vocabularySize: tokenizer.vocabulary.size, contextLength: 77, embedding: nil,
                endOfText: tokenizer.vocabulary.endOfText))
    }

    @Test func `A drawn model is written, loads again, and depends on the seed alone`() throws {
        let home = try TemporaryFolder.make()
        defer { try? FileManager.default.removeItem(at: home) }
        let tokenizer = try CLIPTokenizer.load(folder: LatentDiffusionModelTests.folder)
        let configuration = Self.configuration(tokenizer)
        func write(_ name: String, seed: UInt32) throws -> URL {
            let folder = home.appendingPathComponent(name)
            try DiffusionFolder.writeRandom(to: folder, configuration: configuration, tokenizer: tokenizer, seed: seed)
            return folder
        }
        let (first, again, other) = (
            try write("first", seed: 5), try write("again", seed: 5), try write("other", seed: 6)
        )
        let files = try FileManager.default.subpathsOfDirectory(atPath: first.path).sorted()
        for file in files where file.hasSuffix(".safetensors") || file.hasSuffix(".json") || file.hasSuffix(".txt") {
            let bytes = try Data(contentsOf: first.appendingPathComponent(file))
            #expect(try bytes == Data(contentsOf: again.appendingPathComponent(file)), "\(file)")
            if file.hasSuffix(".safetensors") {
                #expect(try bytes != Data(contentsOf: other.appendingPathComponent(file)), "\(file)")
            }
        }

        let model = try LatentDiffusionModel(folder: first)
        #expect(model.unet.configuration == configuration.unet)
        #expect(model.autoencoder.configuration == configuration.autoencoder)
        #expect(model.textEncoder.configuration.shape == configuration.text.shape)
        #expect(model.schedulerConfiguration == .stableDiffusion)
        #expect(model.imageSize == 32)
        let prompt = "a damaged screw"
        #expect(model.tokenizer.tokenize(prompt) == tokenizer.tokenize(prompt))
        let context = try model.unet.promptContext(model.encodePrompt(prompt))
        let noise = try model.unet(.zeros([1, 4, 16, 16]), timestep: 10, context: context)
        #expect(try noise.allFinite)
        #expect(try noise.abs().max().item() > 0)
    }

    @Test func `CLIP's own vocabulary is written as it is`() throws {
        let home = try TemporaryFolder.make()
        defer { try? FileManager.default.removeItem(at: home) }
        // Without files of its own a folder has CLIP's vocabulary.
        let builtIn = try CLIPTokenizer.load(folder: home)
        try builtIn.write(to: home)
        let written = try CLIPTokenizer.load(folder: home)
        #expect(written.vocabulary.size == 49_408)
        #expect(written.padding == builtIn.padding)
        let text = "A photo of a Hazelnut's crack, damaged 42 times — naïvely!"
        #expect(written.tokenize(text) == builtIn.tokenize(text))
    }

    @Test func `Parts that don't fit are not written`() throws {
        let home = try TemporaryFolder.make()
        defer { try? FileManager.default.removeItem(at: home) }
        let tokenizer = try CLIPTokenizer.load(folder: LatentDiffusionModelTests.folder)
        var configuration = Self.configuration(tokenizer)
        configuration.unet.crossAttentionDim = 16
        let folder = home.appendingPathComponent("model")
        #expect(throws: DiffusionModelError.self) {
            try DiffusionFolder.writeRandom(to: folder, configuration: configuration, tokenizer: tokenizer, seed: 1)
        }
        #expect(!FileManager.default.fileExists(atPath: folder.appendingPathComponent("model_index.json").path))
    }
}
