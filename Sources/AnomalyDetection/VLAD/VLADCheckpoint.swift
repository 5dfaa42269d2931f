import Crypto
import Foundation
import NeuralNet
import TensorCore

/// The state of a training between two epochs: weights, optimiser, position in the data order, generator. One file,
/// renamed into its place when whole.
struct VLADCheckpoint {
    private let path: String
    private let folder: String
    /// SHA-256 of the training's description; a checkpoint of another training is not resumed from.
    private let asked: String

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

        /// Sets weights, optimiser and generator.
        ///
        /// - Returns: the losses of the finished epochs.
        /// - Throws: `TensorError.invalidArgument` when the checkpoint lacks a part or a part has another shape.
        func restore(adapters: VLADAdapters, adam: Adam, generator: Generator) throws -> [Double] {
            func part(_ name: String) throws(TensorError) -> Tensor {
                guard let tensor = tensors[name] else {
                    throw TensorError(.invalidArgument, "the checkpoint has no \(name)")
                }
                return tensor
            }
            var state: [String: Tensor] = [:]
            for (name, tensor) in tensors where name.hasPrefix(Self.optimiser) {
                state[String(name.dropFirst(Self.optimiser.count))] = tensor
            }
            try adam.restore(state)
            try withoutGradients {
                for (name, parameter) in adapters.named { try parameter.inPlaceCopy(part(Self.weight + name)) }
            }
            try generator.restore(part(Self.generator).array(of: UInt8.self))
            return try part(Self.losses).doubles()
        }

        fileprivate static let weight = "weight."
        fileprivate static let optimiser = "optimiser."
        fileprivate static let generator = "generator"
        fileprivate static let losses = "losses"
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

    /// - Throws: `WeightsError` of kind io.
    func write(adapters: VLADAdapters, adam: Adam, generator: Generator, losses: [Double]) throws {
        var tensors = [State.generator: try Tensor(generator.state), State.losses: try Tensor(losses)]
        for (name, tensor) in adapters.named { tensors[State.weight + name] = try tensor.detach().to(device: .cpu) }
        for (name, tensor) in try adam.state() { tensors[State.optimiser + name] = try tensor.to(device: .cpu) }
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw DetectionError.unwritable(path: folder, reason: error.localizedDescription)
        }
        try SafetensorsWriter.write(tensors, to: path, metadata: ["asked": asked])
    }
}
