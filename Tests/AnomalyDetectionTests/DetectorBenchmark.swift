import AnomalyDetection
import ClipModels
import Detectors
import EngineLink
import FeatureTrunks
import Foundation
import Glibc
import GoldenSupport
import MethodKit
import NeuralNet
import ParameterKit
import TensorCore
import Testing

/// Measures one part of PatchCore or PaDiM; asserts nothing. `Tests/Benchmarks/detectors_peers.py` draws pictures and
/// weights, runs it and reads the line that it prints.
@Suite(
    "Detector benchmark", .enabled(if: ProcessInfo.processInfo.environment["FLAWSMITH_BENCHMARK_DETECTORS"] != nil))
struct DetectorBenchmark {
    private struct Settings: Decodable { var trunk: String }

    /// Loads the one network anew for each detector, outside of what is timed.
    private final class Shelf: TrunkShelf {
        private struct Absent: Error {}
        func clip(_ folder: String) throws -> CLIPModel { throw Absent() }
        func cnn(_ path: String, _ family: CNNFamily, to cut: String) throws -> CNNTrunk {
            try CNNTrunk(SafetensorsFile(path), family, to: cut, digest: "benchmark")
        }
        func transformer(_ path: String, _ family: TransformerFamily, to block: Int) throws -> VisionTransformer {
            throw Absent()
        }
    }

    @Test("One part of a detector's work")
    func part() throws {
        let environment = ProcessInfo.processInfo.environment
        let folder = URL(fileURLWithPath: environment["FLAWSMITH_BENCHMARK_DETECTORS"] ?? "")
        let part = environment["FLAWSMITH_BENCHMARK_PART"] ?? "features"
        let settings = try JSONDecoder().decode(
            Settings.self, from: Data(contentsOf: folder.appending(path: "settings.json")))
        func pictures(_ name: String) throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: name).path).sorted().map {
                folder.appending(path: "\(name)/\($0)").path
            }
        }
        let (normals, tests) = (try pictures("normals"), try pictures("tests"))
        let weights = folder.appending(path: "weights.safetensors").path
        let own: JSONValue = ["trunk": .string(settings.trunk)]
        func asked(_ half: some Detector) -> MethodCall {
            MethodCall(
                name: type(of: half).name, version: type(of: half).version, parameters: half.settings.json,
                models: ["cnn": weights])
        }
        try Goldens.withFolder { output in
            func detector() throws -> any EngineDetector {
                let shelf = Shelf()
                return part.hasPrefix("padim")
                    ? try EngineDetectors.make(asked(PaDiM(PaDiMSettings(json: own))), shelf: shelf)
                    : try EngineDetectors.make(asked(PatchCore(PatchCoreSettings(json: own))), shelf: shelf)
            }
            let engine = try detector()
            // The engine's half is made; what requests say of it isn't read again.
            let call = try asked(PatchCore(PatchCoreSettings(json: own)))
            func fit() throws {
                _ = try engine.fit(
                    FitRequest(
                        call: call,
                        samples: normals.map {
                            FitSample(image: $0, softLabel: nil, className: "part", anomalous: false)
                        }, seed: 0, work: output.path, output: output.path, cache: nil), WorkReport())
            }
            func score() throws -> Double {
                let request = ApplyRequest(
                    call: call, artefact: output.path, references: [],
                    className: "part",
                    items: tests.enumerated().map {
                        ApplyItem(image: $1, output: output.appending(path: "\($0).npy").path)
                    }, cache: nil)
                return try engine.score(request, WorkReport()).compactMap(\.score).max() ?? 0
            }
            let family = try PatchCoreSettings(json: own).trunk, layers = try PatchCoreSettings(json: own).layers
            let trunk = try Shelf().cnn(weights, family, to: layers.last ?? "")
            func features() throws -> Double {
                let source = TrunkFeatures(trunk, cuts: layers, size: 256, .squash, nil, WorkReport())
                return try withoutGradients {
                    var last = 0.0
                    for path in normals {
                        last = try source.maps(of: path, isKept: false)[0].flatten().norm(0).item()
                    }
                    return last
                }
            }
            if part.hasSuffix("_score") { try fit() }
            let (start, before) = (ContinuousClock.now, Self.processorSeconds)
            var check: Double?
            switch part {
            case "features": check = try features()
            case "patchcore_score", "padim_score": check = try score()
            default: try fit()
            }
            let wall = start.duration(to: .now) / .seconds(1), processor = Self.processorSeconds - before
            let line: [String: Any] = [
                "wall": wall, "processor": processor, "peak": Self.peakBytes, "check": check ?? NSNull(),
            ]
            print(String(decoding: try JSONSerialization.data(withJSONObject: line), as: UTF8.self))
        }
    }

    private static var usage: rusage {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage
    }

    /// Of all threads, user and system.
    private static var processorSeconds: Double {
        [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) * 1e-6 }
    }

    private static var peakBytes: Int { Int(usage.ru_maxrss) * 1024 }
}
