import Foundation
package import Generators
package import TensorCore

/// From mean attention to s, the smoothed map of the anomaly words.
///
/// - Source: paper Eq. 3, Ā = Gaussian(softmax(Ā)). Pinned: the start token's and the last of the 77 columns are
///   dropped before the softmax, whose argument is scaled (100); s is the mean over the words' tokens (at most 1/K for
///   K of them), reflect-padded by 1 and smoothed with a 3×3 kernel. Dropping, scaling, padding and kernel are
///   Attend-and-Excite's (Chefer et al. 2023). The kernel is separable, so padding and smoothing are one matrix on each
///   side, s ← K s Kᵀ; unlike a padding layer's, its gradient is the same in every run on CUDA.
package struct AttentionMap {
    /// Columns of the words in the tokenised prompt, the start token being 0.
    let positions: [Int]
    let softmaxScale: Double
    let phrase: CUTSettings.Guidance.Phrase
    /// K, `[16, 16]` float32.
    let smoothing: Tensor
    let side: Int

    package init(
        positions: [Int], softmaxScale: Double, phrase: CUTSettings.Guidance.Phrase = .mean, sigma: Double,
        side: Int = 16,
        device: Device = .cpu
    ) throws(TensorError) {
        precondition(!positions.isEmpty)
        (self.positions, self.softmaxScale, self.phrase, self.side) = (positions, softmaxScale, phrase, side)
        smoothing = try Tensor(Self.smoothingMatrix(side: side, sigma: sigma), [side, side]).to(device: device)
    }

    /// Row i holds the kernel around i. Weights beyond the edge are reflected without repeating the edge cell.
    static func smoothingMatrix(side: Int, sigma: Double) -> [Float] {
        var matrix = [Float](repeating: 0, count: side * side)
        for i in 0..<side {
            for (offset, weight) in zip(-1...1, kernelLine(sigma: sigma)) {
                let place = abs(i + offset)
                matrix[i * side + (place < side ? place : 2 * (side - 1) - place)] += weight
            }
        }
        return matrix
    }

    /// exp(−(x/2σ)²) at −1, 0, 1, normalised. At σ = 0.5 that is 0.2119, 0.5761, 0.2119, a Gaussian of σ√2.
    package static func kernelLine(sigma: Double) -> [Float] {
        let weights = [-1.0, 0, 1].map { exp(-pow($0 / (2 * sigma), 2)) }
        let sum = weights.reduce(0, +)
        return weights.map { Float($0 / sum) }
    }

    /// - Parameter attention: `[B, 256, 77]` float32, mean over heads and layers.
    /// - Returns: s, `[B, 16, 16]` float32, in [0, 1].
    package func callAsFunction(_ attention: Tensor) throws(TensorError) -> Tensor {
        let (count, tokens) = (try attention.size(0), try attention.size(2))
        let share = try (attention.narrow(2, start: 1, length: tokens - 2) * softmaxScale).softmax(-1)
        let chosen = try share.indexSelect(2, positions.map { $0 - 1 })
        let words = try (phrase == .mean ? chosen.mean(2) : chosen.sum(2)).reshape(count, side, side)
        return try smoothing.matmul(words).matmul(smoothing.transposed())  // Eq. 3
    }
}
