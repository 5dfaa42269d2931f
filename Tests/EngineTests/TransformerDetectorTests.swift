import Detectors
import EngineLink
import Foundation
import GoldenSupport
import Imaging
import MethodKit
import NeuralNet
import NumpyFiles
import ParameterKit
import Synchronization
import TensorCore
import Testing

/// Detectors on a vision transformer, through the real engine: two blocks of a DINOv2 ViT-S/14 with random weights.
@Suite("Detectors on vision transformers") struct TransformerDetectorTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("vit-\(UUID().uuidString)")
    private var weights: String { folder.appendingPathComponent("model.safetensors").path }

    init() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let width = 384
        var shapes: [String: [Int]] = [
            "cls_token": [1, 1, width], "pos_embed": [1, 1370, width], "patch_embed.proj.weight": [width, 3, 14, 14],
            "patch_embed.proj.bias": [width], "norm.weight": [width], "norm.bias": [width],
        ]
        for block in 0..<2 {
            let layers = [
                "attn.qkv": (3 * width, width), "attn.proj": (width, width), "mlp.fc1": (4 * width, width),
                "mlp.fc2": (width, 4 * width),
            ]
            for (name, (outputs, inputs)) in layers {
                shapes["blocks.\(block).\(name).weight"] = [outputs, inputs]
                shapes["blocks.\(block).\(name).bias"] = [outputs]
            }
            for name in ["norm1.weight", "norm1.bias", "norm2.weight", "norm2.bias", "ls1.gamma", "ls2.gamma"] {
                shapes["blocks.\(block).\(name)"] = [width]
            }
        }
        try Goldens.write(
            DinoGolden.values(shapes, seed: 7), to: folder.appendingPathComponent("model.safetensors"))
    }

    /// A disc on dark ground, or the same with a dark square on it.
    private func picture(_ name: String, shade: UInt8, isDamaged: Bool = false) throws -> String {
        let path = folder.appendingPathComponent(name).path
        var pixels: [UInt8] = []
        for y in 0..<64 {
            for x in 0..<96 {
                let isObject = (x - 48) * (x - 48) + (y - 32) * (y - 32) < 600
                let isDefect = isDamaged && (56..<68).contains(x) && (26..<38).contains(y)
                let grain = UInt8((x * 7 + y * 13) % 5)
                pixels += isObject && !isDefect ? [shade + grain, 140, 90] : [20 + grain, 25, 30]
            }
        }
        try Image(width: 96, height: 64, channels: 3, pixels: pixels).write(png: path)
        return path
    }

    private func dino(_ more: [String: JSONValue] = [:]) throws -> AnomalyDINO {
        let plain: [String: JSONValue] = ["block": 2, "image_size": 112]
        return AnomalyDINO(try AnomalyDINOSettings(json: .object(plain.merging(more) { $1 })))
    }

    private func subspace(_ more: [String: JSONValue] = [:]) throws -> SubspaceAD {
        let plain: [String: JSONValue] = [
            "trunk": "dinov2_vits14", "blocks": [1, 2], "image_size": 112, "turns": 3,
        ]
        return SubspaceAD(try SubspaceADSettings(json: .object(plain.merging(more) { $1 })))
    }

    private struct Scored {
        var facts: JSONValue
        var items: [AppliedItem]
        var maps: [NumpyFile]
        var fitted: [String: Data]
        var notices: [String]
    }

    private func run(_ detector: any Detector, normals: [String], tests: [String], seed: UInt32 = 1) throws -> Scored {
        let engine = try EngineClient(.init(device: "cpu", threads: 1, program: EngineProgram.path))
        let output = folder.appendingPathComponent("fitted-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: output, withIntermediateDirectories: true)
        let cache = FeatureCacheRequest(folder: folder.appendingPathComponent("cache").path, limit: 100_000_000)
        let call = MethodCall(detector, models: [.vit: weights])
        let fit = FitRequest(
            call: call,
            samples: normals.map { FitSample(image: $0, softLabel: nil, className: "disc", anomalous: false) },
            seed: seed, work: folder.appendingPathComponent("work").path, output: output.path, cache: cache)
        guard case .fitted(let fitted) = try engine.call(.fit(fit)) else {
            throw EngineFailure(kind: .internalError, message: "another answer")
        }
        let maps = tests.indices.map { output.path + "-\($0).npy" }
        let request = ApplyRequest(
            call: call, artefact: output.path, references: normals, className: "disc",
            items: zip(tests, maps).map { ApplyItem(image: $0, output: $1) }, cache: cache)
        let notices = Mutex<[String]>([])
        let answer = try engine.call(.score(request), notice: { text in notices.withLock { $0.append(text) } })
        guard case .applied(let items) = answer else {
            throw EngineFailure(kind: .internalError, message: "another answer")
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: output.path)
        return Scored(
            facts: fitted.facts, items: items,
            maps: try maps.map { try NumpyFile(Data(contentsOf: URL(filePath: $0)), name: $0) },
            fitted: try Dictionary(
                uniqueKeysWithValues: names.map { ($0, try Data(contentsOf: output.appendingPathComponent($0))) }),
            notices: notices.withLock { $0 })
    }

    private func place(ofLargest map: NumpyFile) throws -> (x: Int, y: Int) {
        let index = try #require(map.values.indices.max { map.values[$0] < map.values[$1] })
        return (index % map.width, index / map.width)
    }

    @Test("Both find the dark square, and where it is", arguments: ["anomalydino", "subspacead"])
    func damage(_ name: String) throws {
        let detector: any Detector = name == "anomalydino" ? try dino() : try subspace()
        let normals = try (0..<3).map { try picture("n\($0).png", shade: UInt8(176 + 2 * $0)) }
        let tests = [try picture("good.png", shade: 179), try picture("bad.png", shade: 179, isDamaged: true)]
        let scored = try run(detector, normals: normals, tests: tests)
        let scores = try scored.items.map { try #require($0.score) }
        #expect(scores[1] > 1.5 * scores[0], "\(scores)")
        for (item, map) in zip(scored.items, scored.maps) {
            #expect(map.width == 8 && map.height == 8 && map.values.allSatisfy { $0.isFinite && $0 >= 0 })
            #expect(Set(item.parts.keys) == Set(type(of: detector).parts.map(\.name)))
        }
        // The square's middle, (62, 32) of 96 × 64, in a map of 8 × 8: (5, 4).
        let found = try place(ofLargest: scored.maps[1])
        #expect(abs(found.x - 5) <= 1 && abs(found.y - 4) <= 1, "\(found)")
        // The same seed gives the same bytes, from the cache too.
        let again = try run(detector, normals: normals, tests: tests)
        #expect(again.fitted == scored.fitted && again.items == scored.items)
        #expect(again.maps.map(\.values) == scored.maps.map(\.values))
    }

    @Test("The bank holds each normal and its turned copies")
    func turns() throws {
        let normals = [try picture("n.png", shade: 180), try picture("m.png", shade: 175)]
        #expect(try run(dino(), normals: normals, tests: []).facts == ["patches": 1024, "turns": 7])
        #expect(try run(dino(["turns": 0]), normals: normals, tests: []).facts == ["patches": 128, "turns": 0])
        let first = try run(subspace(), normals: normals, tests: [])
        #expect(first.facts["patches"] == 512)
        // Another seed turns otherwise.
        #expect(try run(subspace(), normals: normals, tests: [], seed: 2).fitted != first.fitted)
        #expect(
            try run(subspace(["turns": 0]), normals: normals, tests: [], seed: 2).fitted
                == run(subspace(["turns": 0]), normals: normals, tests: []).fitted)
    }

    @Test(
        "Outside the object distances are 0 where that is asked for; an unclear picture is compared whole, and that is said"
    )
    func foreground() throws {
        let normals = [try picture("n.png", shade: 180)]
        let plain = folder.appendingPathComponent("plain.png").path
        try Image(width: 60, height: 60, colour: [90, 90, 90]).write(png: plain)
        let bad = try picture("bad.png", shade: 180, isDamaged: true)
        let scored = try run(dino(["foreground": "otsu"]), normals: normals, tests: [bad, plain])
        #expect(scored.maps[0].values[0] == 0 && scored.maps[0].values.contains { $0 > 0 })
        let shares = try scored.items.map { try #require($0.parts["compared"]) }
        #expect(shares[0] > 0.2 && shares[0] < 0.8 && shares[1] == 1)
        #expect(scored.notices.contains { $0.contains("1 of 2 pictures of disc whole") }, "\(scored.notices)")
    }

    @Test("With its aspect ratio a picture has as many patches as fit, and the map is the whole picture's")
    func original() throws {
        let normals = [try picture("n.png", shade: 180)]
        let scored = try run(
            dino(["geometry": "original", "image_size": 56]), normals: normals,
            tests: [try picture("bad.png", shade: 180, isDamaged: true)])
        // 96 × 64 becomes 84 × 56: 6 × 4 patches, nothing is cut off.
        #expect(scored.maps[0].width == 6 && scored.maps[0].height == 4)
        let long = folder.appendingPathComponent("long.png").path
        try Image(width: 200, height: 2, colour: [90, 90, 90]).write(png: long)
        let failure = try #require(throws: EngineFailure.self) {
            try run(dino(["geometry": "original"]), normals: normals, tests: [long])
        }
        #expect(failure.message.contains("more than 8 times as long as wide"), "\(failure)")
    }

    @Test("Weights that do not fit and a fit without normals are refused")
    func refusals() throws {
        let normal = try picture("n.png", shade: 180)
        let wrong = try dino(["trunk": "dinov2_vitb14"])
        let failure = try #require(throws: EngineFailure.self) { try run(wrong, normals: [normal], tests: []) }
        #expect(failure.kind == .badData && failure.message.contains("model.safetensors"), "\(failure)")
        for detector in [try dino() as any Detector, try subspace()] {
            let empty = try #require(throws: EngineFailure.self) { try run(detector, normals: [], tests: []) }
            #expect(empty.kind == .badData && empty.message.contains("no sample"))
        }
    }
}
