package import NeuralNet
package import TensorCore

/// One of the trainings: what makes a loss of a step's pictures.
package protocol NetworkTraining {
    var name: String { get }
    var run: TrainingSettings.Run { get }
    /// What a checkpoint must have been made with to be gone on from.
    var fingerprint: String { get }
    var parameters: TrainedParameters { get }
    /// Pictures that a step learns from.
    func pictures(step: Int) -> Int
    /// The loss of one step, with gradients recorded, and figures for the log.
    func loss(step: Int) throws -> (loss: Tensor, figures: [String: Double])
    /// What the averaged weights are worth on pictures that training never sees.
    ///
    /// - Parameter parts: how many for each object and damage; nil: as many as the log's measurements take.
    func measure(parts: Int?) throws -> [String: Double]
    /// What outlasts the training: float32, by the names that the network's files use.
    func result() throws -> [String: Tensor]
}
