import AnomalyGeneration
import Foundation
import Generators
import NeuralNet
import ParameterKit
import TensorCore

/// The files in Tests/Goldens.
enum Goldens {
    static func path(_ name: String) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Goldens/\(name)").path
    }

    static func data(_ name: String) throws -> Data { try Data(contentsOf: URL(filePath: path(name))) }
    static func tensors(_ name: String) throws -> SafetensorsFile { try SafetensorsFile(path("\(name).safetensors")) }
}

/// What `cut_reference.py` found.
struct CUTReference {
    struct Run {
        let name: String
        let prompt: String
        let words: [String]
        let seed: UInt32
        let settings: CUTSettings
        let ids, positions, timesteps, n, refinements: [Int]
        let loss, stepSize: [Double]
        let stoppedAt: Int?
        let n0, evaluations: Int
        let tensors: SafetensorsFile

        func tensor(_ key: String) throws -> Tensor { try tensors.tensor("\(name).\(key)") }
    }

    static func object() throws -> [String: Any] {
        try JSONSerialization.jsonObject(with: Goldens.data("cut_reference.json")) as? [String: Any] ?? [:]
    }

    static func run(_ name: String) throws -> Run {
        struct File: Decodable {
            struct Run: Decodable {
                var ids, positions, timesteps, n, refinements: [Int]
                var loss, step_size: [Double]
                var stopped_at: Int?
                var n0, evaluations: Int
                var prompt: String
                var words: [String]
                var seed: UInt32
                var parameters: Changes
            }
            struct Changes: Decodable {
                var steps: Int
                var gamma: String
                var strength, softmax_scale: Double?
                var thresholds: [Double]
                var places, stop_window: [Int]?
                var refinements, stop_after: Int?
            }
            var runs: [String: Run]
        }
        struct Missing: Error { let name: String }
        let file = try JSONDecoder().decode(File.self, from: Goldens.data("cut_reference.json"))
        guard let run = file.runs[name] else { throw Missing(name: name) }
        var settings = CUTSettings()
        let changes = run.parameters
        guard let gamma = DecimalNumber(changes.gamma) else { throw Missing(name: "gamma \(changes.gamma)") }
        (settings.steps, settings.gamma, settings.guidance.thresholds) = (changes.steps, gamma, changes.thresholds)
        settings.guidance.strength = changes.strength ?? settings.guidance.strength
        settings.guidance.softmaxScale = changes.softmax_scale ?? settings.guidance.softmaxScale
        settings.guidance.places = changes.places ?? settings.guidance.places
        settings.guidance.stopWindow = changes.stop_window ?? settings.guidance.stopWindow
        settings.guidance.refinements = changes.refinements ?? settings.guidance.refinements
        settings.guidance.stopAfter = changes.stop_after ?? settings.guidance.stopAfter
        return Run(
            name: name, prompt: run.prompt, words: run.words, seed: run.seed, settings: settings, ids: run.ids,
            positions: run.positions,
            timesteps: run.timesteps, n: run.n, refinements: run.refinements, loss: run.loss, stepSize: run.step_size,
            stoppedAt: run.stopped_at, n0: run.n0, evaluations: run.evaluations,
            tensors: try Goldens.tensors("cut_reference"))
    }
}

/// The largest difference of two tensors.
func difference(_ a: Tensor, _ b: Tensor) throws -> Double {
    guard a.shape == b.shape else { return .infinity }
    return try (a.to(.float32) - b.to(.float32)).abs().max().item()
}
