import NeuralNet

extension TrainingSettings.Run {
    /// The learning rate of a step: it rises linearly, stays constant, and falls along half a cosine.
    package func learningRate(at step: Int) -> Double {
        let start = Int((decay_from * Double(steps)).rounded())
        let fall = CosineSchedule(
            base: learning_rate, steps: Swift.max(steps - start, 1), minimum: learning_rate * final_share)
        return fall.rate(at: Swift.max(step - start, 0))
            * Swift.min(1, Double(step + 1) / Double(Swift.max(warm_up, 1)))
    }
}
