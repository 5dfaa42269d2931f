import AnomalyDetection
import ClipModels
import Detectors
import Foundation
import GoldenSupport
import ParameterKit
import Testing

/// What vlad.json describes.
struct VLADGolden: Decodable {
    struct Sample: Decodable {
        var image: String
        var softLabel: String?
        var className: String
        var anomalous: Bool
    }
    var seed: Int
    var parameters: [String: [Int]]
    var config: JSONValue
    var samples: [Sample]
    var train, references, tests: [String]
    var imageSize: Int
    var stages: [Int]
    var epochs, batch: Int
    var learningRate, omega, beta: Double
    var weights: [Double]
    var trainingSeed: UInt32
    /// Per run and step: the loss and its parts focal, cross-entropy, Dice.
    var runs: [String: [[Double]]]

    /// "adapter.image+pixel" and so on: image score, then supervision.
    func settings(run: String) throws -> VLADSettings {
        let parts = run.split(separator: ".").map(String.init)
        var settings = VLADSettings()
        (settings.imageSize, settings.stages, settings.epochs, settings.batch) = (imageSize, stages, epochs, batch)
        (settings.learningRate, settings.omega, settings.beta, settings.weights) = (learningRate, omega, beta, weights)
        settings.mapWeights = weights
        settings.imageScore = try #require(VLADSettings.ImageScore(rawValue: parts[0]))
        settings.supervision = try #require(VLADSettings.Supervision(rawValue: parts[1]))
        return settings
    }

    func path(_ name: String) -> String { Goldens.folder.appendingPathComponent(name).path }

    func training(run: String, in folder: URL) throws -> VLADTraining {
        let samples = samples.filter { train.contains($0.image) }.map {
            VLADTraining.Sample(
                image: path($0.image), softLabel: $0.softLabel.map(path), className: $0.className,
                anomalous: $0.anomalous)
        }
        return VLADTraining(
            samples: samples, settings: try settings(run: run), seed: trainingSeed,
            checkpoints: folder.path + "/checkpoints",
            checkpointEvery: 1, output: folder.path + "/adapters.safetensors")
    }

    func detection(run: String, in folder: URL) throws -> VLADDetection {
        VLADDetection(
            adapters: folder.path + "/adapters.safetensors", className: "screw", references: references.map(path),
            pictures: tests.enumerated().map { .init(image: path($1), map: folder.path + "/map\($0).npy") },
            settings: try settings(run: run))
    }

    /// Runs `body` with the golden's thin CLIP and an empty folder.
    static func with(_ body: (CLIPModel, Golden<VLADGolden>, URL) throws -> Void) throws {
        let golden = try Golden<VLADGolden>("vlad")
        try Goldens.withFolder { folder in
            let model = folder.appendingPathComponent("clip")
            try FileManager.default.createDirectory(at: model, withIntermediateDirectories: true)
            try JSONEncoder().encode(golden.description.config).write(
                to: model.appendingPathComponent("open_clip_config.json"))
            try Goldens.writeWeights(
                golden.description.parameters, seed: golden.description.seed,
                to: model.appendingPathComponent("open_clip_model.safetensors"))
            try body(CLIPFolder(model.path).loadModel(), golden, folder)
        }
    }
}

/// The float32 values of a .npy file, read by its own rules.
func readNPY(_ path: String) throws -> (shape: [Int], values: [Float]) {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    let start = 10 + Int(bytes[8]) + 256 * Int(bytes[9])
    let header = String(decoding: bytes[10..<start], as: UTF8.self)
    let shape = header.drop { $0 != "(" }.dropFirst().prefix { $0 != ")" }.split(separator: ",")
        .compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
    let values = stride(from: start, to: bytes.count, by: 4).map { at in
        Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[at + $1]) << (8 * UInt32($1)) })
    }
    return (shape, values)
}
