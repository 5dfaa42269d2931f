package import Imaging
package import TensorCore

extension Image {
    /// `[1, 3, H, W]` float32 in [−1, 1]: x/127.5 − 1.
    func tensor(device: Device) throws(TensorError) -> Tensor {
        precondition(channels == 3)
        let samples = try Tensor(pixels, [1, height, width, 3]).permute(0, 3, 1, 2).to(.float32)
        return try (samples / 127.5 - 1).contiguous().to(device: device)
    }

    /// A decoder's output `[3, H, W]` in [−1, 1], cut to that range, as 8-bit samples rounded to nearest.
    package init(decoded: Tensor) throws(TensorError) {
        let shown = try ((decoded.to(.float32) / 2 + 0.5).clamp(min: 0, max: 1) * 255).round()
        let pixels = try shown.permute(1, 2, 0).to(.uint8).array(of: UInt8.self)
        self.init(width: try decoded.size(2), height: try decoded.size(1), channels: 3, pixels: pixels)
    }
}
