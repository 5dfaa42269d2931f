import NeuralNet
import TensorCore

/// VLAD's training between two epochs: weights, optimiser, position in the data order, generator.
struct VLADCheckpoint {
    private let file: TrainingCheckpoint

    init(folder: String, asked: String) { file = TrainingCheckpoint(folder: folder, asked: asked) }

    private static let weight = "weight."
    private static let optimiser = "optimiser."
    private static let generator = "generator"
    private static let losses = "losses"

    func read() -> TrainingCheckpoint.Found { file.read() }

    /// Sets weights, optimiser and generator.
    ///
    /// - Returns: the losses of the finished epochs.
    /// - Throws: `TensorError.invalidArgument` when the checkpoint lacks a part or a part has another shape.
    func restore(_ state: TrainingCheckpoint.State, adapters: VLADAdapters, adam: Adam, generator: Generator) throws
        -> [Double]
    {
        try adam.restore(state.tensors(behind: Self.optimiser))
        try withoutGradients {
            for (name, parameter) in adapters.named {
                try parameter.inPlaceCopy(state.tensor(Self.weight + name))
            }
        }
        try generator.restore(state.tensor(Self.generator).array(of: UInt8.self))
        return try state.tensor(Self.losses).doubles()
    }

    /// - Throws: as `TrainingCheckpoint.write`.
    func write(adapters: VLADAdapters, adam: Adam, generator: Generator, losses: [Double]) throws {
        var tensors = [Self.generator: try Tensor(generator.state), Self.losses: try Tensor(losses)]
        for (name, tensor) in adapters.named { tensors[Self.weight + name] = try tensor.detach().to(device: .cpu) }
        for (name, tensor) in try adam.state() { tensors[Self.optimiser + name] = try tensor.to(device: .cpu) }
        try file.write(tensors)
    }
}
