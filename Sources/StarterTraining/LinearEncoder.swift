import Foundation
import TensorCore

/// Patch components written into the encoder of an `AutoencoderKL` exactly, so that it needs no training.
///
/// A convolution with stride 2 covers each 2×2 block of cells, so two of them gather a 4×4 patch and the second one
/// computes its components; residual branches stay 0. Only the last norm and SiLU remain, and both can be undone:
///  * silu(y) - silu(-y) = y, so each latent channel passes once as y and once as -y;
///  * a group norm divides by the deviation of its group; two constant channels ±C in the group, C far above any y,
///    make that deviation C·√(2/n) for n channels a group, with a relative error below y²/C².
enum LinearEncoder {
    /// Far above any latent, and exact in float16 and bfloat16.
    static let carrier = 256.0

    /// The parameters of encoder and `quant_conv` by name, float32.
    ///
    /// - Parameter shapes: of all parameters of the autoencoder, by name.
    /// - Parameter logVariance: of the posterior, the same everywhere.
    static func parameters(_ components: PatchComponents, groups: Int, logVariance: Double, shapes: [String: [Int]])
        throws(TensorError)
        -> [String: Tensor]
    {
        precondition(components.patch == 4)
        var writer = Writer(shapes: shapes.filter { $0.key.hasPrefix("encoder.") || $0.key.hasPrefix("quant_conv.") })
        let latents = components.channels
        let matrix = try components.matrix.floats(), offset = try components.offset.floats()
        for colour in 0..<3 { writer.set("encoder.conv_in.weight", colour, colour, 1, 1, 1) }
        // Space to depth: channel 3·(2·row + column) + colour of the 2×2 block.
        for block in 0..<4 {
            for colour in 0..<3 {
                writer.set(
                    "encoder.down_blocks.0.downsamplers.0.conv.weight", 3 * block + colour, colour, block / 2,
                    block % 2, 1)
            }
        }
        for channel in 0..<12 {
            writer.set("encoder.down_blocks.1.resnets.0.conv_shortcut.weight", channel, channel, 0, 0, 1)
        }
        for latent in 0..<latents {
            for outer in 0..<4 {
                for inner in 0..<4 {
                    let (row, column) = (2 * (outer / 2) + inner / 2, 2 * (outer % 2) + inner % 2)
                    for colour in 0..<3 {
                        let weight = matrix[latent * 48 + 3 * (4 * row + column) + colour]
                        writer.set(
                            "encoder.down_blocks.1.downsamplers.0.conv.weight", latent, 3 * inner + colour, outer / 2,
                            outer % 2, weight)
                    }
                }
            }
            writer.set("encoder.down_blocks.1.downsamplers.0.conv.bias", latent, -offset[latent])
        }
        let width = (shapes["encoder.conv_norm_out.weight"]?.first ?? 0) / groups
        let deviation = Float(carrier * (2 / Double(width)).squareRoot())
        for latent in 0..<latents {
            let place = latent * width
            for (offset, sign) in [(0, Float(1)), (1, -1)] {
                writer.set("encoder.down_blocks.2.resnets.0.conv_shortcut.weight", place + offset, latent, 0, 0, sign)
                writer.set(
                    "encoder.down_blocks.2.resnets.0.conv_shortcut.bias", place + 2 + offset, sign * Float(carrier))
                writer.set("encoder.conv_norm_out.weight", place + offset, deviation)
                writer.set("encoder.conv_out.weight", latent, place + offset, 1, 1, sign)
            }
            writer.set("encoder.conv_out.bias", latents + latent, Float(logVariance))
        }
        for channel in 0..<2 * latents { writer.set("quant_conv.weight", channel, channel, 0, 0, 1) }
        return try writer.tensors()
    }

    /// Zeros with single numbers set.
    private struct Writer {
        let shapes: [String: [Int]]
        private var values: [String: [Float]]

        init(shapes: [String: [Int]]) {
            self.shapes = shapes
            values = shapes.mapValues { [Float](repeating: 0, count: $0.reduce(1, *)) }
        }

        mutating func set(_ name: String, _ index: Int, _ value: Float) { values[name]?[index] = value }

        mutating func set(_ name: String, _ out: Int, _ input: Int, _ row: Int, _ column: Int, _ value: Float) {
            guard let shape = shapes[name] else { return }
            set(name, ((out * shape[1] + input) * shape[2] + row) * shape[3] + column, value)
        }

        func tensors() throws(TensorError) -> [String: Tensor] {
            var result: [String: Tensor] = [:]
            for (name, numbers) in values { result[name] = try Tensor(numbers, shapes[name] ?? []) }
            return result
        }
    }
}
