import AnomalyDetection
import ClipModels
import Detectors
import EngineLink
import Foundation
import GoldenSupport
import MethodKit
import NeuralNet
import ParameterKit
import TensorCore
import Testing

/// *Source*: Tests/Goldens/promptad.py, the method written out step by step.
@Suite("PromptAD")
struct PromptADTests {
    private struct Described: Decodable {
        var seed, imageSize, context, contexts, words, steps: Int
        var parameters: [String: [Int]]
        var config: JSONValue
        var className: String
        var normals, tests: [String]
        var blocks: [Int]
        var trainingSeed: UInt32
        var scale, learningRate, matching: Double
    }

    private func with(_ body: (CLIPModel, Golden<Described>, URL) throws -> Void) throws {
        let golden = try Golden<Described>("promptad"), described = golden.description
        try Goldens.withFolder { folder in
            let model = folder.appendingPathComponent("clip")
            try FileManager.default.createDirectory(at: model, withIntermediateDirectories: true)
            try JSONEncoder().encode(described.config).write(
                to: model.appendingPathComponent("open_clip_config.json"))
            try Goldens.writeWeights(
                described.parameters, seed: described.seed,
                to: model.appendingPathComponent("open_clip_model.safetensors"))
            try body(CLIPFolder(model.path).loadModel(), golden, folder)
        }
    }

    private func path(_ name: String) -> String { Goldens.folder.appendingPathComponent(name).path }

    private func half(_ described: Described) -> PromptAD {
        var settings = PromptADSettings()
        (settings.imageSize, settings.blocks) = (described.imageSize, described.blocks)
        (settings.context, settings.contexts, settings.words) = (
            described.context, described.contexts, described.words
        )
        (settings.scale, settings.epochs) = (described.scale, described.steps)
        (settings.learningRate, settings.matching) = (described.learningRate, described.matching)
        return PromptAD(settings)
    }

    private func request(_ described: Described, _ call: MethodCall, _ folder: URL) -> FitRequest {
        FitRequest(
            call: call,
            samples: described.normals.map {
                FitSample(image: path($0), softLabel: nil, className: described.className, anomalous: false)
            }, seed: described.trainingSeed, work: folder.path + "/work", output: folder.path, cache: nil)
    }

    private static let tolerance = 1e-4

    @Test("Features, losses, anchors, maps and scores are those of the script")
    func parity() throws {
        try with { clip, golden, folder in
            let described = golden.description, half = half(described)
            let source = try PromptADFeatureSource(clip, half.settings, cache: FeatureCache())
            for (number, name) in described.tests.enumerated() {
                let found = try source.features(of: path(name))
                var parts = [("patches", found.patches), ("image", try found.image.squeeze(0))]
                for (block, states) in zip(described.blocks, found.states) { parts.append(("block\(block)", states)) }
                for (part, tensor) in parts {
                    let error = try relativeError(tensor, golden.output(part).select(0, number))
                    #expect(error < Self.tolerance, "\(part) of \(name): \(error)")
                }
            }
            let call = MethodCall(half, models: [.clip: "any"])
            let engine = try PromptADEngine(half, call: call, shelf: OneCLIP(clip))
            let fitted = try engine.fit(request(described, call, folder), WorkReport())
            for (fact, output) in [("losses", "pictures.losses"), ("pixel_losses", "pixels.losses")] {
                let losses = try #require(fitted.facts[fact]?.array).map { Float(try #require($0.number)) }
                let error = try relativeError(Tensor(losses), golden.output(output))
                #expect(error < Self.tolerance, "\(fact): \(error)")
            }
            let file = try SafetensorsFile(folder.path + "/promptad.safetensors")
            for (name, output) in [("image", "pictures.anchors"), ("pixel", "pixels.anchors")] {
                let error = try relativeError(file.tensor(name), golden.output(output))
                #expect(error < Self.tolerance, "\(name): \(error)")
            }
            #expect(file.shapes["block1"] == [50, 32])
            let maps = described.tests.indices.map { folder.appendingPathComponent("\($0).npy").path }
            let items = try engine.score(
                ApplyRequest(
                    call: call, artefact: folder.path, className: described.className,
                    items: zip(described.tests, maps).map { ApplyItem(image: path($0), output: $1) }), WorkReport())
            for (number, item) in items.enumerated() {
                let expected = try ["scores", "language"].map { try golden.output($0).select(0, number).item() }
                #expect(abs(try #require(item.score) - expected[0]) < Self.tolerance * expected[0])
                #expect(abs(try #require(item.parts["language"]) - expected[1]) < Self.tolerance * expected[1])
                let largest = try golden.output("association").select(0, number).max().item()
                #expect(abs(try #require(item.parts["association"]) - largest) < Self.tolerance * largest)
                let map = try readNPY(maps[number])
                let error = try relativeError(
                    Tensor(map.values, [25]), golden.output("maps").select(0, number))
                #expect(map.shape == [5, 5] && error < Self.tolerance, "map \(number): \(error)")
            }
        }
    }

    private struct Stop: Error {}

    @Test("A training that is stopped goes on to the same bytes")
    func resumes() throws {
        try with { clip, golden, folder in
            let described = golden.description, half = half(described)
            let call = MethodCall(half, models: [.clip: "any"])
            let engine = try PromptADEngine(half, call: call, shelf: OneCLIP(clip))
            let file = folder.appendingPathComponent("promptad.safetensors")
            var first = request(described, call, folder)
            first.work = folder.path + "/other"
            _ = try engine.fit(first, WorkReport())
            let whole = try Data(contentsOf: file)
            try FileManager.default.removeItem(at: file)
            // Two of the four steps for pixels are done.
            let stopping = WorkReport(progress: { done, _, note in if note == "pixels", done == 3 { throw Stop() } })
            #expect(throws: Stop.self) { _ = try engine.fit(request(described, call, folder), stopping) }
            #expect(!FileManager.default.fileExists(atPath: file.path))
            var said: [String] = []
            _ = try engine.fit(request(described, call, folder), WorkReport(notice: { said.append($0) }))
            #expect(try Data(contentsOf: file) == whole)
            #expect(
                said.map { $0.prefix(28) } == ["training resumes after step ", "training resumes after step "],
                "\(said)")
        }
    }

    @Test("Blocks that the tower lacks, and another network's fit, are refused")
    func refusals() throws {
        try with { clip, golden, folder in
            let deep = PromptAD(), call = MethodCall(deep, models: [.clip: "any"])
            let error = #expect(throws: CLIPError.self) {
                _ = try PromptADEngine(deep, call: call, shelf: OneCLIP(clip)).fit(
                    request(golden.description, call, folder), WorkReport())
            }
            #expect(error == .noSuchBlock(9, layers: 3))
            let own = half(golden.description)
            try Goldens.write(
                ["image": Tensor.ones([2, 24]), "pixel": Tensor.ones([2, 23])],
                to: folder.appendingPathComponent("promptad.safetensors"))
            let other = #expect(throws: DetectionError.self) {
                _ = try PromptADEngine(own, call: call, shelf: OneCLIP(clip)).score(
                    ApplyRequest(call: call, artefact: folder.path, items: []), WorkReport())
            }
            #expect(other?.description.contains("no pixel with 24 channels") == true)
        }
    }
}
