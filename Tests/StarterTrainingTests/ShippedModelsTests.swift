import ClipModels
import Crypto
import DiffusionModels
import Foundation
import Imaging
import StarterTraining
import StarterWorld
import TensorCore
import Testing

/// The archives and models that travel in `Manifests/starter/`.
@Suite("The starter kit as it is shipped")
struct ShippedModelsTests {
    static let kit = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
        .appendingPathComponent("Manifests/starter")
    let settings: TrainingSettings

    init() throws {
        settings = try TrainingSettings(
            contentsOf: Self.kit.deletingLastPathComponent().appendingPathComponent("starter-training.json"))
    }

    @Test("every file is there with its SHA-256, none besides, and the weights are small enough to travel")
    func files() throws {
        let list = try String(contentsOf: Self.kit.appendingPathComponent("SHA256SUMS"), encoding: .utf8)
        var listed: Set<String> = ["SHA256SUMS"]
        var weights = 0
        for line in list.split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            let bytes = try Data(contentsOf: Self.kit.appendingPathComponent(parts[1]))
            #expect(SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined() == parts[0], "\(parts[1])")
            listed.insert(parts[1])
            // EfficientNet-Lite0 is as large as its authors made it.
            let isOurs = parts[1].hasPrefix("diffusion/") || parts[1].hasPrefix("clip/")
            if isOurs, parts[1].hasSuffix(".safetensors") { weights += bytes.count }
        }
        let there = try FileManager.default.subpathsOfDirectory(atPath: Self.kit.path).filter { path in
            var isFolder: ObjCBool = false
            FileManager.default.fileExists(atPath: Self.kit.appendingPathComponent(path).path, isDirectory: &isFolder)
            return !isFolder.boolValue
        }
        #expect(Set(there) == listed)
        #expect(weights < 45_000_000 && weights > 1_000_000)
        for name in ["starter_mvtec.tar.xz", "starter_visa.tar", "diffusion/README.md", "clip/README.md"] {
            #expect(listed.contains(name))
        }
    }

    @Test(
        "the diffusion model has the shapes that the training settings say, and its autoencoder keeps an unseen picture"
    )
    func diffusion() throws {
        let model = try LatentDiffusionModel(
            folder: Self.kit.appendingPathComponent("diffusion"), dtype: .float32, device: .cpu)
        #expect(model.unet.configuration == settings.unetConfiguration)
        #expect(model.autoencoder.configuration == settings.autoencoderConfiguration)
        #expect(model.imageSize == settings.picture_size && model.unet.attentionLayerCount == 3)
        #expect(model.tokenizer.vocabulary.size == 512 + settings.diffusion.vocabulary_merges + 2)
        let pictures = try PictureStream(settings, purpose: "shipped test").tensor(0..<8)
        let difference = try (model.decode(model.encode(pictures)).clamp(min: -1, max: 1) - pictures) / 2
        let errors = try (difference * difference).flatten(1).mean(1).doubles()
        let psnr = errors.map { -10 * log10($0) }.reduce(0, +) / Double(errors.count)
        #expect(psnr > 35, "\(psnr) dB")
    }

    @Test("the CLIP has the shapes that the settings say, and finds damaged parts more damaged than good ones")
    func clip() throws {
        let folder = Self.kit.appendingPathComponent("clip")
        let model = try CLIPFolder(folder.path).loadModel()
        #expect(model.configuration == settings.clipConfiguration(model.tokenizer.vocabulary))
        let stream = PictureStream(settings, purpose: "shipped test")
        let preprocessor = CLIPPreprocessor(size: model.configuration.vision.imageSize)
        var right = 0
        for index in 0..<40 {
            let twins = stream.twins(index)
            let name = String(twins.normal.category.map { $0 == "_" ? " " : $0 })
            let texts = try model.text.embeddings(
                ["a photo of a flawless \(name).", "a photo of a damaged \(name)."].map { model.tokenizer.tokenize($0) }
            )
            .normalized(-1)
            let pictures = try Tensor.cat([preprocessor(twins.normal.image), preprocessor(twins.damaged.image)])
            let images = try model.vision(pictures).imageToken.normalized(-1)
            let scores = try images.matmul(texts.transposed()).doubles()
            if scores[3] - scores[2] > scores[1] - scores[0] { right += 1 }
        }
        // By chance 20 of 40.
        #expect(right >= 30, "\(right) of 40 pairs")
    }
}
