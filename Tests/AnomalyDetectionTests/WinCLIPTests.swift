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

/// *Source*: Tests/Goldens/winclip.py, anomalib's WinCLIP.
@Suite("WinCLIP")
struct WinCLIPTests {
    private struct Described: Decodable {
        var seed, imageSize: Int
        var parameters: [String: [Int]]
        var config: JSONValue
        var className: String
        var normals, tests, normal, abnormal, templates: [String]
        var windows: [Int]
        var temperature: Double
    }

    private func with(_ body: (OneCLIP, CLIPModel, Golden<Described>, URL) throws -> Void) throws {
        let golden = try Golden<Described>("winclip"), described = golden.description
        try Goldens.withFolder { folder in
            let model = folder.appendingPathComponent("clip")
            try FileManager.default.createDirectory(at: model, withIntermediateDirectories: true)
            try JSONEncoder().encode(described.config).write(
                to: model.appendingPathComponent("open_clip_config.json"))
            try Goldens.writeWeights(
                described.parameters, seed: described.seed,
                to: model.appendingPathComponent("open_clip_model.safetensors"))
            let prompts: JSONValue = [
                "normal": .array(described.normal.map { .string($0) }),
                "abnormal": .array(described.abnormal.map { .string($0) }),
                "templates": .array(described.templates.map { .string($0) }),
            ]
            try JSONEncoder().encode(prompts).write(to: folder.appendingPathComponent("prompts.json"))
            let clip = try CLIPFolder(model.path).loadModel()
            try body(OneCLIP(clip), clip, golden, folder)
        }
    }

    private func path(_ name: String) -> String { Goldens.folder.appendingPathComponent(name).path }

    private func settings(_ described: Described, _ more: [String: JSONValue] = [:]) throws -> WinCLIPSettings {
        let plain: [String: JSONValue] = ["image_size": .int(described.imageSize)]
        return try WinCLIPSettings(json: .object(plain.merging(more) { $1 }))
    }

    private static let tolerance = 1e-4

    @Test("Features of pictures, windows and patches are those of the reference")
    func features() throws {
        try with { _, clip, golden, _ in
            let described = golden.description
            let source = try WindowFeatureSource(clip, settings(described), cache: FeatureCache())
            #expect(source.grid == 5 && source.grids.map(\.count) == [16, 9])
            for (number, name) in described.tests.enumerated() {
                let found = try source.features(of: path(name))
                for (part, tensor) in [
                    ("patches", found.patches), ("windows2", found.windows[0]), ("windows3", found.windows[1]),
                    ("image", try found.image.squeeze(0)),
                ] {
                    let error = try relativeError(tensor, golden.output(part).select(0, number))
                    #expect(error < Self.tolerance, "\(part) of \(name): \(error)")
                }
            }
        }
    }

    @Test(
        "Maps and scores are those of the reference, with sentences alone and with normals", arguments: [true, false])
    func scores(zeroShot: Bool) throws {
        try with { shelf, _, golden, folder in
            let described = golden.description
            let half = WinCLIP(try settings(described, ["zero_shot": .bool(zeroShot)]))
            var call = MethodCall(half, models: [.clip: "any"])
            call.files["prompts"] = folder.appendingPathComponent("prompts.json").path
            let engine = try WinCLIPEngine(half, call: call, shelf: shelf)
            let normals = described.normals.map(path)
            let fitted = try engine.fit(
                FitRequest(
                    call: call,
                    samples: normals.map {
                        FitSample(image: $0, softLabel: nil, className: described.className, anomalous: false)
                    }, seed: 0, work: folder.path, output: folder.path, cache: nil), WorkReport())
            #expect(fitted.facts == ["normals": 2, "patches": 50])
            let maps = described.tests.indices.map { folder.appendingPathComponent("\($0).npy").path }
            let items = try engine.score(
                ApplyRequest(
                    call: call, artefact: folder.path, references: normals, className: described.className,
                    items: zip(described.tests, maps).map { ApplyItem(image: path($0), output: $1) }), WorkReport())
            let name = zeroShot ? "zero" : "few"
            for (number, item) in items.enumerated() {
                let expected = try golden.output("\(name).scores").select(0, number).item()
                #expect(abs(try #require(item.score) - expected) < Self.tolerance * expected)
                let language = try golden.output("zero.scores").select(0, number).item()
                #expect(abs(try #require(item.parts["language"]) - language) < Self.tolerance * language)
                let association =
                    zeroShot ? 0 : try golden.output("few.association").select(0, number).max().item()
                #expect(abs(try #require(item.parts["association"]) - association) < 1e-5)
                let map = try readNPY(maps[number])
                let error = try relativeError(
                    Tensor(map.values, map.shape), golden.output("\(name).maps").select(0, number))
                #expect(error < Self.tolerance, "map \(number): \(error)")
            }
            guard !zeroShot else { return }
            // The second test picture is one of the normals.
            let own = try Tensor(readNPY(maps[1]).values), other = try Tensor(readNPY(maps[2]).values)
            #expect(try own.max().item() < other.max().item())
            // A bank of other windows is refused.
            let wide = WinCLIP(try settings(described, ["windows": [2, 4]]))
            let error = #expect(throws: DetectionError.self) {
                _ = try WinCLIPEngine(wide, call: call, shelf: shelf).score(
                    ApplyRequest(call: call, artefact: folder.path, items: []), WorkReport())
            }
            #expect(error?.description.contains("no windows4 of normals with 24 channels") == true)
        }
    }

    @Test("A place's score is the harmonic mean over the windows that cover it")
    func harmonic() throws {
        let windows = try WindowGrid(grid: 3, side: 2)
        #expect(windows.patches == [[0, 1, 3, 4], [1, 2, 4, 5], [3, 4, 6, 7], [4, 5, 7, 8]])
        let found = try windows.harmonic(Tensor([1, 0.75, 0.5, 0.25] as [Float])).floats()
        let expected: [Float] = [1, 6 / 7, 0.75, 2 / 3, 0.48, 0.375, 0.5, 1 / 3, 0.25]
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-6 }, "\(found)")
        // A score of 0 makes every place that its window covers 0, and no other.
        let zero = try windows.harmonic(Tensor([1, 1, 1, 0] as [Float])).floats()
        #expect([4, 5, 7, 8].allSatisfy { zero[$0] < 1e-9 } && [0, 1, 2, 3, 6].allSatisfy { zero[$0] == 1 })
        #expect(throws: DetectionError.noWindow(side: 4, grid: 3)) { try WindowGrid(grid: 3, side: 4) }
    }

    @Test("The sentences are the paper's: 22 templates, 7 and 4 states")
    func sentences() {
        let built = PromptEnsemble.winCLIP
        #expect(built.templates.count == 22 && Set(built.templates).count == 22)
        #expect(built.sentences(built.normal, for: "screw").count == 154)
        #expect(Set(built.sentences(built.abnormal, for: "screw")).count == 88)
        #expect(built.templates.allSatisfy { $0.hasSuffix(".") } && built.name(of: "pcb1") == "pcb")
    }

    @Test("A picture smaller than a window is refused, with what to do")
    func tooSmall() throws {
        try with { _, clip, golden, _ in
            let small = try settings(golden.description, ["image_size": 14])
            let error = #expect(throws: DetectionError.self) {
                try WindowFeatureSource(clip, small, cache: FeatureCache())
            }
            #expect(error?.description.contains("2 × 2 patches holds no window of 3 × 3") == true)
        }
    }
}
