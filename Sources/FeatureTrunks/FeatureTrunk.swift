package import Detectors
package import TensorCore

/// A frozen network whose features of pictures can be taken at named places.
package protocol FeatureTrunk: AnyObject {
    /// The family's name in manifests.
    var name: String { get }
    /// How its pixels are scaled.
    var pixelScale: PixelScale { get }
    var device: Device { get }
    /// SHA-256 of the weights' bytes, hexadecimal.
    var digest: String { get }

    /// Features of pictures.
    ///
    /// - Parameters:
    ///   - pictures: `[B, 3, H, W]`, normalised, float32, on the network's device.
    ///   - cuts: names among the network's, none deeper than it was loaded for.
    /// - Returns: by cut `[B, channels, h, w]`. Nothing behind the deepest of them is computed.
    func callAsFunction(_ pictures: Tensor, cuts: Set<String>) throws(TensorError) -> [String: Tensor]
}
