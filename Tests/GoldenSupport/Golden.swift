package import Foundation
internal import NeuralNet
package import TensorCore

/// A golden: what Tests/Goldens/<stem>.json describes and the reference outputs in <stem>.safetensors.
package struct Golden<Description: Decodable> {
    package let description: Description
    private let outputs: SafetensorsFile

    package init(_ stem: String, _ type: Description.Type = Description.self) throws {
        description = try JSONDecoder().decode(
            type, from: Data(contentsOf: Goldens.folder.appendingPathComponent("\(stem).json")))
        outputs = try SafetensorsFile(Goldens.folder.appendingPathComponent("\(stem).safetensors").path)
    }

    /// The reference output of this name.
    package func output(_ name: String) throws -> Tensor { try outputs.tensor(name) }
}

package enum Goldens {
    /// Tests/Goldens in the checkout that this was built from.
    package static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Goldens")

    /// Writes seeded weights of these shapes as a safetensors file.
    package static func writeWeights(_ shapes: [String: [Int]], seed: Int, to file: URL) throws {
        try write(SeededWeights(seed: seed).parameters(shapes), to: file)
    }

    /// Writes tensors as a safetensors file.
    package static func write(_ tensors: [String: Tensor], to file: URL) throws {
        try SafetensorsWriter.write(tensors, to: file.path)
    }

    /// Runs `body` with an empty folder that is gone afterwards.
    package static func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "flawsmith-golden-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(folder)
    }
}
