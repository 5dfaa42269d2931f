import Crypto
import Foundation
import NeuralNet
import TensorCore

/// The state of a training between two epochs, in one file, renamed into its place when whole.
struct TrainingCheckpoint {
    private let path: String
    private let folder: String
    /// SHA-256 of the training's description; a checkpoint of another training is not resumed from.
    private let asked: String

    /// - Parameter asked: everything that the training's result depends on.
    init(folder: String, asked: String) {
        (self.folder, path) = (folder, "\(folder)/checkpoint.safetensors")
        self.asked = PictureFile.hexadecimal(SHA256.hash(data: Array(asked.utf8)))
    }

    enum Found {
        case none
        case unusable(reason: String)
        case some(State)
    }

    struct State {
        fileprivate let tensors: [String: Tensor]

        /// - Throws: `TensorError.invalidArgument` when the checkpoint lacks it.
        func tensor(_ name: String) throws(TensorError) -> Tensor {
            guard let tensor = tensors[name] else {
                throw TensorError(.invalidArgument, "the checkpoint has no \(name)")
            }
            return tensor
        }

        /// All whose names begin so, by the rest of their names.
        func tensors(behind prefix: String) -> [String: Tensor] {
            Dictionary(
                uniqueKeysWithValues: tensors.filter { $0.key.hasPrefix(prefix) }.map {
                    (String($0.key.dropFirst(prefix.count)), $0.value)
                })
        }
    }

    func read() -> Found {
        guard FileManager.default.fileExists(atPath: path) else { return .none }
        do {
            let file = try SafetensorsFile(path)
            guard file.metadata["asked"] == asked else { return .unusable(reason: "it belongs to another training") }
            return .some(State(tensors: try file.all()))
        } catch {
            return .unusable(reason: "\(error)")
        }
    }

    /// - Throws: `WeightsError` of kind io; `DetectionError.unwritable`.
    func write(_ tensors: [String: Tensor]) throws {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw DetectionError.unwritable(path: folder, reason: error.localizedDescription)
        }
        try SafetensorsWriter.write(tensors, to: path, metadata: ["asked": asked])
    }
}
