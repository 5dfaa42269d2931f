import Foundation
import GoldenSupport
import NeuralNet
import TensorCore

/// A golden of Tests/Goldens: its description, its reference outputs, and what is drawn for it.
struct Golden {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Goldens")

    let description: [String: Any]
    let outputs: [String: Tensor]
    let seeded: SeededWeights

    init(_ stem: String) throws {
        let json = try Data(contentsOf: Self.folder.appendingPathComponent("\(stem).json"))
        description = try JSONSerialization.jsonObject(with: json) as? [String: Any] ?? [:]
        outputs = try SafetensorsFile(Self.folder.appendingPathComponent("\(stem).safetensors").path).all()
        seeded = SeededWeights(seed: description["seed"] as? Int ?? 0)
    }

    func integer(_ key: String) -> Int { description[key] as? Int ?? -1 }

    func output(_ name: String) throws -> Tensor {
        guard let tensor = outputs[name] else { throw TensorError(.invalidArgument, "the golden holds no \(name)") }
        return tensor
    }

    var parameters: [String: [Int]] { description["parameters"] as? [String: [Int]] ?? [:] }

    /// Writes config.json and the drawn weights as a network's folder, and gives the folder.
    func writeNetwork(_ change: (inout [String: Tensor]) throws -> Void = { _ in }) throws -> URL {
        let folder = try TemporaryFolder.make()
        let configuration = try JSONSerialization.data(withJSONObject: description["configuration"] ?? [:])
        try configuration.write(to: folder.appendingPathComponent("config.json"))
        var tensors = try seeded.parameters(parameters)
        try change(&tensors)
        try SafetensorsWriter.write(
            tensors, to: folder.appendingPathComponent("diffusion_pytorch_model.safetensors").path)
        return folder
    }
}

enum TemporaryFolder {
    static func make() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("flawsmith-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }
}
