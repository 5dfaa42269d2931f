import ClipModels
import DiffusionModels
import Foundation
import NeuralNet
import TensorCore
import Testing
import TortureSupport

/// Models whose configurations and vocabularies were mutated, loaded whole: what a number asks for is looked at before
/// memory is.
@Suite(.serialized) struct HostileModelTests {
    let folder: HostileFolder
    init() throws { folder = try HostileFolder() }

    /// A folder for each worker with links to the files of `original`, so that one of them can be another's.
    private static func linked(_ original: URL, _ files: [String], in home: URL, _ worker: Int) throws -> URL {
        let place = home.appendingPathComponent("\(original.lastPathComponent)-\(worker)")
        guard !FileManager.default.fileExists(atPath: place.path) else { return place }
        for file in files {
            let link = place.appendingPathComponent(file)
            try FileManager.default.createDirectory(
                at: link.deletingLastPathComponent(), withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(
                at: link, withDestinationURL: original.appendingPathComponent(file))
        }
        return place
    }

    private func tryModels(
        _ name: String, _ original: URL, full: Int, short: Int, load: @escaping @Sendable (URL) throws -> Void
    ) throws {
        let files = try FileManager.default.subpathsOfDirectory(atPath: original.path).sorted().filter {
            !original.appendingPathComponent($0).hasDirectoryPath && $0.contains(".")
        }
        try load(original)
        let home = folder.url
        // Small files hold numbers, large ones words.
        let small = try files.filter { !$0.hasSuffix(".safetensors") }.map {
            (name: $0, bytes: [UInt8](try Data(contentsOf: original.appendingPathComponent($0))))
        }
        let row = Hostile.row(name, full: full, short: short, originals: small.map(\.bytes)) { bytes, index, worker in
            let place = try Self.linked(original, files, in: home, worker)
            let file = place.appendingPathComponent(small[index].name)
            try FileManager.default.removeItem(at: file)
            try Data(bytes).write(to: file)
            defer {
                try? FileManager.default.removeItem(at: file)
                try? FileManager.default.createSymbolicLink(
                    at: file, withDestinationURL: original.appendingPathComponent(small[index].name))
            }
            try load(place)
        }
        #expect(row.failures.isEmpty, "\(row.name), seed \(Torture.seed): \(row.failures.prefix(5))")
    }

    @Test func diffusionModels() throws {
        let original = Hostile.tests.appendingPathComponent("Goldens/diffusion_pipeline")
        try tryModels("diffusion models", original, full: 300, short: 30) { _ = try LatentDiffusionModel(folder: $0) }
    }

    @Test func clips() throws {
        let original = folder.url.appendingPathComponent("clip")
        let manager = FileManager.default
        try manager.createDirectory(at: original, withIntermediateDirectories: true)
        try manager.copyItem(
            at: Hostile.tests.appendingPathComponent("Goldens/diffusion_pipeline/tokenizer"),
            to: original.appendingPathComponent("tokenizer"))
        let tokenizer = try CLIPTokenizer.load(folder: original)
        func shape(_ width: Int) -> TransformerShape {
            TransformerShape(
                width: width, layers: 2, heads: 2, perceptron: 4 * width, activation: .quickGELU, eps: 1e-5)
        }
        try CLIPFolder(original.path).writeRandom(
            CLIPConfiguration(
                text: CLIPTextConfiguration(
                    shape: shape(8), vocabularySize: tokenizer.vocabulary.size, contextLength: 77, embedding: 6,
                    endOfText: nil),
                vision: CLIPVisionConfiguration(shape: shape(12), imageSize: 16, patchSize: 4, embedding: 6)),
            seed: 1)
        try tryModels("CLIPs", original, full: 300, short: 30) { _ = try CLIPFolder($0.path).loadModel() }
    }
}
