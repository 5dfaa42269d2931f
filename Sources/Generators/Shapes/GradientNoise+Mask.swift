internal import Glibc
import Imaging

extension GradientNoise {
    /// Where noise lies above a threshold.
    ///
    /// - Parameters:
    ///   - cells: of the noise's grid, across and down.
    ///   - turn: degrees that the grid is turned by around the middle.
    func mask(width: Int, height: Int, cells: [Int], turn: Double, above threshold: Double) -> Mask {
        let (cosine, sine) = (Float(cos(turn * .pi / 180)), Float(sin(turn * .pi / 180)))
        let values = [UInt8](unsafeUninitializedCapacity: width * height) { out, count in
            for y in 0..<height {
                for x in 0..<width {
                    let u = (Float(x) + 0.5) / Float(width) - 0.5, v = (Float(y) + 0.5) / Float(height) - 0.5
                    let value = self.value(
                        (u * cosine - v * sine) * Float(cells[0]), (u * sine + v * cosine) * Float(cells[1]))
                    out[y * width + x] = value > Float(threshold) ? 1 : 0
                }
            }
            count = width * height
        }
        return Mask(width: width, height: height, values: values)
    }
}
