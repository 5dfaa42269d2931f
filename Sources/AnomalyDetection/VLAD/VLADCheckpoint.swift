import NeuralNet
import TensorCore

/// VLAD's training between two epochs: weights, optimiser, position in the data order, generator.
struct VLADCheckpoint {
    private let file: TrainingCheckpoint

    init(folder: String, asked: String) { file = TrainingCheckpoint(folder: folder, asked: asked) }

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
        switch file.read() {
        case .none: .none
        case .unusable(let reason): .unusable(reason: reason)
        case .some(let tensors): .some(State(tensors: tensors))
        }
    }

    /// - Throws: as `TrainingCheckpoint.write`.
    func write(adapters: VLADAdapters, adam: Adam, generator: Generator, losses: [Double]) throws {
        var tensors = [State.generator: try Tensor(generator.state), State.losses: try Tensor(losses)]
        for (name, tensor) in adapters.named { tensors[State.weight + name] = try tensor.detach().to(device: .cpu) }
        for (name, tensor) in try adam.state() { tensors[State.optimiser + name] = try tensor.to(device: .cpu) }
        try file.write(tensors)
    }
}
