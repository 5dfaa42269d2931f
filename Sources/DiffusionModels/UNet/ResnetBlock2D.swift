import NeuralNet
import TensorCore

/// Two 3x3 convolutions around a short cut, with the timestep added between them (not in the autoencoder).
///
/// - Source: He et al. 2016 (pre-activation), group norms and timestep as in Ho et al. 2020, appendix B.
struct ResnetBlock2D {
    private let norm1: GroupNorm
    private let conv1: Conv2d
    private let timeProjection: Linear?
    private let norm2: GroupNorm
    private let conv2: Conv2d
    private let shortcut: Conv2d?

    /// - Parameter timeChannels: width of the time embedding; nil without one.
    init(
        _ parameters: Parameters, _ inChannels: Int, _ outChannels: Int, timeChannels: Int? = nil, groups: Int,
        eps: Double
    ) throws {
        norm1 = try GroupNorm(parameters["norm1"], groups: groups, channels: inChannels, eps: eps)
        conv1 = try Conv2d(parameters["conv1"], inChannels, outChannels, kernel: 3, padding: 1)
        timeProjection = try timeChannels.map { try Linear(parameters["time_emb_proj"], $0, outChannels) }
        norm2 = try GroupNorm(parameters["norm2"], groups: groups, channels: outChannels, eps: eps)
        conv2 = try Conv2d(parameters["conv2"], outChannels, outChannels, kernel: 3, padding: 1)
        shortcut =
            inChannels == outChannels
            ? nil : try Conv2d(parameters["conv_shortcut"], inChannels, outChannels, kernel: 1)
    }

    /// - Parameters:
    ///   - input: [B, C, H, W].
    ///   - time: the time embedding after its SiLU, [1, T] or [B, T].
    /// - Returns: [B, C', H, W].
    func callAsFunction(_ input: Tensor, time: Tensor? = nil) throws(TensorError) -> Tensor {
        var x = try conv1(norm1(input).siluConsuming())
        if let time, let timeProjection {
            x = try x.addingConsuming(timeProjection(time).unsqueeze(-1).unsqueeze(-1))
        }
        x = try conv2(norm2(x).siluConsuming())
        return try x.addingConsuming(shortcut?(input) ?? input)
    }
}
