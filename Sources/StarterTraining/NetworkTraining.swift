package import NeuralNet
package import TensorCore

/// One of the trainings, which computes a loss from a step's pictures.
package protocol NetworkTraining {
    var name: String { get }
    var run: TrainingSettings.Run { get }
    /// Text that must be equal for a checkpoint to be resumed.
    var fingerprint: String { get }
    var parameters: TrainedParameters { get }
    /// Pictures that a step learns from.
    func pictures(step: Int) -> Int
    /// The loss of one step, with gradients recorded, and figures for the log.
    func loss(step: Int) throws -> (loss: Tensor, figures: [String: Double])
    /// Measures the averaged weights on pictures that training never sees.
    ///
    /// - Parameter parts: how many for each object and damage; nil: as many as the log's measurements take.
    func measure(parts: Int?) throws -> [String: Double]
    /// The result of the training: float32 tensors by the names that the network's files use.
    func result() throws -> [String: Tensor]
}
