import Foundation
import NeuralNet
import TensorCore

/// The timestep as a vector: sines and cosines of geometrically spaced frequencies, then two linear layers.
///
/// - Source: Ho et al. 2020, appendix B, after Vaswani et al. 2017, section 3.5 (longest period 10000); order and shift
///   from the configuration.
struct TimestepEmbedding {
    private let width: Int
    private let flipSinToCos: Bool
    private let freqShift: Double
    private let linear1: Linear
    private let linear2: Linear

    init(_ parameters: Parameters, _ configuration: UNetConfiguration) throws {
        width = configuration.blockOutChannels[0]
        flipSinToCos = configuration.flipSinToCos
        freqShift = configuration.freqShift
        linear1 = try Linear(parameters["linear_1"], width, configuration.timeEmbedDim)
        linear2 = try Linear(parameters["linear_2"], configuration.timeEmbedDim, configuration.timeEmbedDim)
    }

    /// - Parameter timesteps: one for the whole batch, or one for each picture.
    /// - Returns: [N, T] with T = `timeEmbedDim`, of `dtype`, a row for each timestep.
    func callAsFunction(_ timesteps: [Int], dtype: DType, device: Device) throws(TensorError) -> Tensor {
        let half = width / 2
        let exponent = try Tensor.arange(half, dtype: .float32) * -log(10_000.0) / (Double(half) - freqShift)
        let angles = try Tensor(timesteps.map(Float.init), [timesteps.count, 1]) * exponent.exp()
        let (sines, cosines) = (try angles.sin(), try angles.cos())
        var embedding = try Tensor.cat(flipSinToCos ? [cosines, sines] : [sines, cosines], 1)
        if width % 2 == 1 { embedding = try embedding.pad([0, 1]) }
        embedding = try embedding.to(dtype, device: device)
        return try linear2(linear1(embedding).silu())
    }
}
