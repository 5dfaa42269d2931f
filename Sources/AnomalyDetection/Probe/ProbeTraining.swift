package import Detectors
import NeuralNet
package import TensorCore

/// Trains a linear head on all patches of all pictures at once: logistic loss, damaged and good patches counting alike
/// however many there are of each, plus half the squared length of the weights.
///
/// Channels are standardised over the training's patches first. The start is 0, the loss is convex and every step sees
/// all patches in one order, so that nothing is drawn: the same pictures give the same head whatever the seed.
package struct ProbeTraining {
    private let settings: ProbeSettings
    private let count: Int
    /// `[P, C]`, float32.
    private let vectors: (Int) throws -> Tensor
    /// Per picture `[P]`, 0…1.
    private let labels: [Tensor]
    /// Bytes of standardised patches that are held between steps; others are asked for again, which changes the time
    /// and no number.
    private let limit: Int

    /// - Parameters:
    ///   - vectors: of a picture by its number, `[P, C]`, float32; asked for again in every step.
    ///   - labels: per picture `[P]`, the damaged share of each patch.
    ///   - limit: bytes of patches that may be held.
    package init(
        _ settings: ProbeSettings, labels: [Tensor], limit: Int = 1 << 30, vectors: @escaping (Int) throws -> Tensor
    ) {
        (self.settings, self.labels, self.vectors, count) = (settings, labels, vectors, labels.count)
        self.limit = limit
    }

    /// The head, and the loss of each step.
    ///
    /// - Throws: `DetectionError.noDamage` where the labels mark nothing or everything; `notFinite`; whatever `vectors`
    ///   and `progress` throw.
    package func run(progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }) throws -> (
        head: ProbeHead, losses: [Double]
    ) {
        try withoutGradients { try train(progress) }
    }

    private func train(_ progress: (Int, Int) throws -> Void) throws -> (ProbeHead, [Double]) {
        var (damaged, good) = (0.0, 0.0)
        for label in labels {
            let sum = try label.to(.float64).sum().item()
            damaged += sum
            good += Double(try label.size(0)) - sum
        }
        guard damaged > 0, good > 0 else { throw DetectionError.noDamage }
        let (mean, scale) = try moments()
        let weight = try mean.zerosLike(), bias = try Tensor([0 as Float]).to(device: mean.device)
        let adam = try Adam([("weight", weight), ("bias", bias)], learningRate: settings.learningRate)
        let schedule = CosineSchedule(base: settings.learningRate, steps: settings.steps)
        var losses: [Double] = []
        var (held, bytes): ([Int: Tensor], Int) = ([:], 0)
        func standardised(_ index: Int) throws -> Tensor {
            if let known = held[index] { return known }
            let x = try (vectors(index) - mean) / scale, size = x.count * 4
            if bytes + size <= limit {
                held[index] = x
                bytes += size
            }
            return x
        }
        for step in 0..<settings.steps {
            adam.learningRate = schedule.rate(at: step)
            var (slope, sum) = (try weight.zerosLike(), try bias.zerosLike())
            var loss = 0.0
            for index in 0..<count {
                let x = try standardised(index), y = labels[index]
                let z = try x.matmul(weight) + bias
                let (positive, negative) = (try y / (2 * damaged), try (1 - y) / (2 * good))
                // softplus(−z) = softplus(z) − z.
                let softplus = try z.softplus()
                loss += try (positive * (softplus - z) + negative * softplus).sum().item()
                let p = try z.sigmoid()
                let g = try negative * p - positive * (1 - p)
                slope = try slope + x.transposed().matmul(g)
                sum = try sum + g.sum()
            }
            loss += try (weight * weight).sum().item() * settings.decay / 2
            guard loss.isFinite else { throw DetectionError.notFinite(epoch: step + 1, step: 1) }
            losses.append(loss)
            // At the start both kinds count alike, so that the bias has no slope: what is left is rounding, which Adam
            // would take for a direction.
            try adam.step([slope + weight * settings.decay, step == 0 ? sum.zerosLike() : sum])
            try progress(step + 1, settings.steps)
        }
        return (ProbeHead(mean: mean, scale: scale, weight: weight, bias: bias), losses)
    }

    /// Added to deviations: channels that never change stay 0.
    private static let smallest = 1e-6

    /// Mean and deviation of each channel over all patches, float32 `[C]`; summed in float64.
    private func moments() throws -> (mean: Tensor, scale: Tensor) {
        var (sum, squares, patches): (Tensor?, Tensor?, Int) = (nil, nil, 0)
        for index in 0..<count {
            let x = try vectors(index).to(.float64)
            let (s, q) = (try x.sum(0), try (x * x).sum(0))
            sum = try sum.map { try $0 + s } ?? s
            squares = try squares.map { try $0 + q } ?? q
            patches += try x.size(0)
        }
        guard let sum, let squares, patches > 0 else { throw DetectionError.noSamples }
        let mean = try sum / Double(patches)
        let deviation = try (squares / Double(patches) - mean * mean).clamp(min: 0).sqrt() + Self.smallest
        return (try mean.to(.float32), try deviation.to(.float32))
    }
}
