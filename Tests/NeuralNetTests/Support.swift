import Foundation
import NeuralNet
import TensorCore

/// A folder for one test, removed with it.
final class ScratchFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "flawsmith-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = "\(path)/\(name)"
        try Data(bytes).write(to: URL(filePath: file))
        return file
    }

    /// A safetensors file of this header and so many bytes of data.
    func safetensors(_ header: String, data: Int, name: String = "x.safetensors") throws -> String {
        try safetensors([UInt8](header.utf8), data: data, name: name)
    }

    func safetensors(_ header: [UInt8], data: Int, name: String = "x.safetensors") throws -> String {
        try file(
            name,
            withUnsafeBytes(of: UInt64(header.count).littleEndian, Array.init) + header
                + [UInt8](repeating: 1, count: data))
    }
}

func weightsError(_ body: () throws -> Void) -> WeightsError? {
    do { try body() } catch { return error as? WeightsError }
    return nil
}
