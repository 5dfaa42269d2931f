import Detectors
import EngineLink
import Foundation
import GoldenSupport
import Imaging
import MethodKit
import NeuralNet
import NumpyFiles
import ParameterKit
import TensorCore
import Testing

/// Detectors on a convolutional network, through the real engine: ResNet-18 with random weights, two of its stages.
@Suite("Detectors on convolutional networks") struct CNNDetectorTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cnn-\(UUID().uuidString)")
    private var weights: String { folder.appendingPathComponent("resnet18.safetensors").path }

    init() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let all = try Golden<CNNGolden>("cnn_trunks").description.weights("resnet18").tensors
        try Goldens.write(
            all.filter { !$0.key.hasPrefix("layer3") && !$0.key.hasPrefix("layer4") },
            to: folder.appendingPathComponent("resnet18.safetensors"))
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

    private func call(_ detector: any Detector) -> MethodCall { MethodCall(detector, models: [.cnn: weights]) }

    private func patchcore(_ more: [String: JSONValue] = [:]) throws -> PatchCore {
        let plain: [String: JSONValue] = ["trunk": "resnet18", "layers": ["layer1", "layer2"], "image_size": 64]
        return PatchCore(try PatchCoreSettings(json: .object(plain.merging(more) { $1 })))
    }

    private func padim(_ more: [String: JSONValue] = [:]) throws -> PaDiM {
        let plain: [String: JSONValue] = ["layers": ["layer1", "layer2"], "image_size": 64, "features": 30]
        return PaDiM(try PaDiMSettings(json: .object(plain.merging(more) { $1 })))
    }

    private func probe(_ more: [String: JSONValue] = [:]) throws -> Probe {
        let plain: [String: JSONValue] = [
            "trunk": "resnet18", "layers": ["layer1", "layer2"], "image_size": 64, "steps": 60,
        ]
        return Probe(try ProbeSettings(json: .object(plain.merging(more) { $1 })))
    }

    private func simplenet(_ fakes: String, _ more: [String: JSONValue] = [:]) throws -> SimpleNet {
        let plain: [String: JSONValue] = [
            "trunk": "resnet18", "layers": ["layer1", "layer2"], "image_size": 64, "fakes": .string(fakes),
            "epochs": 60, "hidden": 64, "adaptor_rate": 0.001, "discriminator_rate": 0.002,
        ]
        return SimpleNet(try SimpleNetSettings(json: .object(plain.merging(more) { $1 })))
    }

    /// A soft label of the dark square, 16 bits.
    private func label() throws -> String {
        let path = folder.appendingPathComponent("soft.png").path
        var plane = Plane(width: 96, height: 64)
        for y in 26..<38 { for x in 56..<68 { plane[x, y] = 0.8 } }
        try plane.write(png16: path)
        return path
    }

    private struct Scored {
        var facts: JSONValue
        var items: [AppliedItem]
        var maps: [NumpyFile]
        var files: [String: Data]
    }

    private func run(
        _ detector: any Detector, normals: [String], generated: [FitSample] = [], tests: [String], seed: UInt32 = 1
    ) throws -> Scored {
        let engine = try EngineClient(.init(device: "cpu", threads: 1, program: EngineProgram.path))
        let output = folder.appendingPathComponent("fitted-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: output, withIntermediateDirectories: true)
        let cache = FeatureCacheRequest(folder: folder.appendingPathComponent("cache").path, limit: 100_000_000)
        let fit = FitRequest(
            call: call(detector),
            samples: generated
                + normals.map { FitSample(image: $0, softLabel: nil, className: "disc", anomalous: false) },
            seed: seed, work: folder.appendingPathComponent("work").path, output: output.path, cache: cache)
        guard case .fitted(let fitted) = try engine.call(.fit(fit)) else {
            throw EngineFailure(kind: .internalError, message: "another answer")
        }
        let maps = tests.indices.map { output.path + "-\($0).npy" }
        let request = ApplyRequest(
            call: call(detector), artefact: output.path, references: normals, className: "disc",
            items: zip(tests, maps).map { ApplyItem(image: $0, output: $1) }, cache: cache)
        guard case .applied(let items) = try engine.call(.score(request)) else {
            throw EngineFailure(kind: .internalError, message: "another answer")
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: output.path)
        return Scored(
            facts: fitted.facts, items: items,
            maps: try maps.map { try NumpyFile(Data(contentsOf: URL(filePath: $0)), name: $0) },
            files: try Dictionary(
                uniqueKeysWithValues: names.map { ($0, try Data(contentsOf: output.appendingPathComponent($0))) }))
    }

    private func place(ofLargest map: NumpyFile) throws -> (x: Int, y: Int) {
        let index = try #require(map.values.indices.max { map.values[$0] < map.values[$1] })
        return (index % map.width, index / map.width)
    }

    @Test("PatchCore and PaDiM find the dark square, and where it is", arguments: ["patchcore", "padim"])
    func damage(_ name: String) throws {
        let detector: any Detector = name == "patchcore" ? try patchcore() : try padim()
        let normals = try (0..<4).map { try picture("n\($0).png", shade: UInt8(176 + 2 * $0)) }
        let tests = [try picture("good.png", shade: 179), try picture("bad.png", shade: 179, isDamaged: true)]
        let scored = try run(detector, normals: normals, tests: tests)
        let scores = try scored.items.map { try #require($0.score) }
        #expect(scores[1] > 1.5 * scores[0], "\(scores)")
        for (item, map) in zip(scored.items, scored.maps) {
            #expect(map.width == 16 && map.height == 16 && map.values.allSatisfy { $0.isFinite && $0 >= 0 })
            #expect(Set(item.parts.keys) == Set(type(of: detector).parts.map(\.name)))
            #expect(abs(try #require(item.parts["distance"]) - Double(map.values.max() ?? 0)) < 1e-4)
        }
        // The square's middle, (62, 32) of 96 × 64, in a map of 16 × 16: (10, 8).
        let found = try place(ofLargest: scored.maps[1])
        #expect(abs(found.x - 10) <= 2 && abs(found.y - 8) <= 2, "\(found)")
        // The same seed gives the same bytes, from the cache too.
        let again = try run(detector, normals: normals, tests: tests)
        #expect(again.files == scored.files && again.items == scored.items)
        #expect(again.maps.map(\.values) == scored.maps.map(\.values))
    }

    @Test("The probe finds what the generated pictures showed it, the same whatever the seed")
    func probed() throws {
        let normals = try (0..<2).map { try picture("n\($0).png", shade: UInt8(176 + 2 * $0)) }
        let soft = try label()
        let generated = try (0..<3).map { number in
            FitSample(
                image: try picture("g\(number).png", shade: UInt8(174 + 3 * number), isDamaged: true), softLabel: soft,
                className: "disc", anomalous: true)
        }
        let tests = [try picture("good.png", shade: 179), try picture("bad.png", shade: 179, isDamaged: true)]
        let scored = try run(probe(), normals: normals, generated: generated, tests: tests)
        let scores = try scored.items.map { try #require($0.score) }
        #expect(scores[1] > 0 && scores[1] > scores[0] + 0.5, "\(scores)")
        #expect(scored.facts["generated"] == 3 && scored.facts["normals"] == 2 && scored.facts["channels"] == 192)
        #expect(Array(scored.files.keys) == ["probe.safetensors"])
        let map = scored.maps[1], found = try place(ofLargest: map)
        #expect(map.width == 16 && map.height == 16 && abs(found.x - 10) <= 2 && abs(found.y - 8) <= 2, "\(found)")
        #expect(scored.items[1].parts["highest"] == Double(map.values.max() ?? 0))
        let again = try run(probe(), normals: normals, generated: generated, tests: tests, seed: 9)
        #expect(again.files == scored.files && again.items == scored.items)
        let highest = try run(probe(["image_score": "max"]), normals: normals, generated: generated, tests: tests)
        #expect(highest.files == scored.files && highest.items[1].score == highest.items[1].parts["highest"])
        // A label that marks nothing, and none at all.
        try Plane(width: 96, height: 64).write(png16: soft)
        let empty = try #require(throws: EngineFailure.self) {
            try run(probe(), normals: normals, generated: generated, tests: [])
        }
        #expect(empty.kind == .badData && empty.message.contains("mark no patch"), "\(empty)")
        let none = try #require(throws: EngineFailure.self) { try run(probe(), normals: normals, tests: []) }
        #expect(none.kind == .badData && none.message.contains("probe learns from generated pictures"), "\(none)")
    }

    @Test("SimpleNet finds the square, whatever its fakes are", arguments: ["noise", "generated", "both"])
    func discriminated(_ fakes: String) throws {
        let normals = try (0..<2).map { try picture("n\($0).png", shade: UInt8(176 + 2 * $0)) }
        let soft = try label()
        let generated = try (0..<3).map { number in
            FitSample(
                image: try picture("g\(number).png", shade: UInt8(174 + 3 * number), isDamaged: true), softLabel: soft,
                className: "disc", anomalous: true)
        }
        let tests = [try picture("good.png", shade: 179), try picture("bad.png", shade: 179, isDamaged: true)]
        let scored = try run(simplenet(fakes), normals: normals, generated: generated, tests: tests)
        let scores = try scored.items.map { try #require($0.score) }
        #expect(scores[1] > scores[0], "\(scores)")
        #expect(scored.facts["generated"] == .int(fakes == "noise" ? 0 : 3) && scored.facts["normals"] == 2)
        #expect(scored.facts["losses"]?.array?.count == 60 && Array(scored.files.keys) == ["simplenet.safetensors"])
        let map = scored.maps[1], found = try place(ofLargest: map)
        #expect(map.width == 16 && map.height == 16, "a patch is 4 × 4 pixels of 64")
        if fakes != "noise" { #expect(abs(found.x - 10) <= 2 && abs(found.y - 8) <= 2, "\(found)") }
        #expect(abs(scores[1] - Double(map.values.max() ?? 0)) < 1e-6 && scored.items[1].parts["mean"] != nil)
        // The same seed gives the same bytes, another seed others.
        let again = try run(simplenet(fakes), normals: normals, generated: generated, tests: tests)
        #expect(again.files == scored.files && again.items == scored.items)
        let other = try run(simplenet(fakes), normals: normals, generated: generated, tests: tests, seed: 9)
        #expect(other.files != scored.files)
        // Noise alone never looks at generated pictures; the others can't do without.
        if fakes == "noise" {
            let alone = try run(simplenet(fakes), normals: normals, tests: tests)
            #expect(alone.files == scored.files)
        } else {
            let none = try #require(throws: EngineFailure.self) {
                try run(simplenet(fakes), normals: normals, tests: [])
            }
            #expect(none.kind == .badData && none.message.contains("learns from generated pictures"), "\(none)")
        }
    }

    @Test("A coreset keeps its share, and another seed keeps others")
    func coreset() throws {
        let normals = try (0..<5).map { try picture("n\($0).png", shade: UInt8(170 + 3 * $0)) }
        let tests = [try picture("bad.png", shade: 180, isDamaged: true)]
        let all = try run(patchcore(["coreset": 1]), normals: normals, tests: tests)
        #expect(all.facts["patches"] == 1280 && all.facts["kept"] == 1280)
        let tenth = try run(patchcore(), normals: normals, tests: tests)
        #expect(tenth.facts["patches"] == 1280 && tenth.facts["kept"] == 128)
        let (exact, thin) = (
            try #require(all.items[0].parts["distance"]), try #require(tenth.items[0].parts["distance"])
        )
        #expect(thin >= exact - 1e-4 && thin < 1.5 * exact, "a thinner bank is never nearer")
        let other = try run(patchcore(), normals: normals, tests: tests, seed: 2)
        #expect(other.files != tenth.files)
    }

    @Test("As the authors cut pictures: the map is the whole picture's, with its minimum around the centre")
    func original() throws {
        let normals = [try picture("n.png", shade: 180)]
        let scored = try run(
            patchcore(["geometry": "original", "image_size": 56]), normals: normals,
            tests: [try picture("bad.png", shade: 180, isDamaged: true)])
        let map = scored.maps[0]
        #expect(map.width == 96 && map.height == 64)
        let least = map.values.min()
        #expect((0..<64).allSatisfy { map.values[$0 * 96] == least && map.values[$0 * 96 + 19] == least })
        let found = try place(ofLargest: map)
        #expect(abs(found.x - 62) <= 12 && abs(found.y - 32) <= 12, "\(found)")
    }

    @Test("One normal will do")
    func single() throws {
        let normal = try picture("n.png", shade: 180)
        for detector in [try patchcore() as any Detector, try padim()] {
            let scored = try run(
                detector, normals: [normal], tests: [normal, picture("bad.png", shade: 180, isDamaged: true)])
            let scores = try scored.items.map { try #require($0.score) }
            #expect(scores[0] < 0.01 * scores[1], "\(scores)")
        }
    }

    @Test("Weights that do not fit and a fit without normals are refused")
    func refusals() throws {
        let normal = try picture("n.png", shade: 180)
        let wrong = PatchCore(try PatchCoreSettings(json: ["trunk": "wide_resnet50_2"]))
        let failure = try #require(throws: EngineFailure.self) { try run(wrong, normals: [normal], tests: []) }
        #expect(failure.kind == .badData && failure.message.contains("resnet18.safetensors"), "\(failure)")
        let empty = try #require(throws: EngineFailure.self) { try run(patchcore(), normals: [], tests: []) }
        #expect(empty.kind == .badData && empty.message.contains("no sample"))
    }
}
