import NeuralNet
import TensorCore

/// Halves the sides by a 3x3 convolution with stride 2.
struct Downsample2D {
    private let conv: Conv2d
    private let padsAfter: Bool

    /// - Parameter padding: 1 on every side (UNet), or 0: then one row and column of zeros right and below
    ///   (autoencoder).
    init(_ parameters: Parameters, _ channels: Int, padding: Int) throws {
        conv = try Conv2d(parameters["conv"], channels, channels, kernel: 3, stride: 2, padding: padding)
        padsAfter = padding == 0
    }

    /// [B, C, H, W] to [B, C, ⌈H/2⌉, ⌈W/2⌉] (padding 1), [B, C, ⌊H/2⌋, ⌊W/2⌋] (padding 0).
    func callAsFunction(_ x: Tensor) throws(TensorError) -> Tensor {
        try conv(padsAfter ? x.pad([0, 1, 0, 1]) : x)
    }
}

/// Enlarges by nearest neighbour, then a 3x3 convolution.
struct Upsample2D {
    private let conv: Conv2d

    init(_ parameters: Parameters, _ channels: Int) throws {
        conv = try Conv2d(parameters["conv"], channels, channels, kernel: 3, padding: 1)
    }

    /// [B, C, H, W] to [B, C, height, width].
    func callAsFunction(_ x: Tensor, height: Int, width: Int) throws(TensorError) -> Tensor {
        try conv(x.interpolate(height: height, width: width, .nearest))
    }

    /// [B, C, H, W] to [B, C, 2H, 2W].
    func callAsFunction(_ x: Tensor) throws(TensorError) -> Tensor { try conv(x.upsampleNearest2x()) }
}
