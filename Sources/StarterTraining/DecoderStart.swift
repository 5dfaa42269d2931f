import Foundation
import TensorCore

/// The decoder's starting weights: it reproduces every patch's mean colour exactly and learns the rest.
///
/// With random weights the decoder would have to learn how to bring colours through its last group norm, which removes
/// each group's mean over the picture; after some thousand steps a colour cast remains. So three channels carry the
/// mean colours along the shortcuts, and pass the norm as in the encoder (`LinearEncoder`): as y and -y beside two
/// constants. Residual branches start at 0 (Goyal et al. 2017, section 5.1).
enum DecoderStart {
    /// Changes drawn parameters, by name, float32. Those that aren't named here stay as they are.
    static func write(into parameters: inout [String: Tensor], _ components: PatchComponents, groups: Int)
        throws(TensorError)
    {
        let matrix = try components.matrix.doubles(), offset = try components.offset.doubles()
        let latents = components.channels, samples = 3 * components.patch * components.patch
        var editor = Editor(parameters)
        // z_k ≈ Σ M_k·x - offset_k, so a patch is near Σ (z_k + offset_k) · M_k / |M_k|².
        try editor.set("post_quant_conv.weight") {
            $0.fill(0); for k in 0..<latents { $0[k * latents + k] = 1 }
        }
        try editor.set("post_quant_conv.bias") { $0.fill(0) }
        var means = [[Double]](repeating: [Double](repeating: 0, count: latents), count: 3)
        for k in 0..<latents {
            let row = matrix[k * samples..<(k + 1) * samples]
            let square = row.reduce(0) { $0 + $1 * $1 }
            for (place, value) in row.enumerated() { means[place % 3][k] += 3 * value / square / Double(samples) }
        }
        try editor.rows(
            "decoder.conv_in", (0..<3).map { colour in (0..<latents).map { ($0, Float(means[colour][$0])) } })
        try editor.set("decoder.conv_in.bias") { bias in
            for colour in 0..<3 { bias[colour] = Float(zip(means[colour], offset).reduce(0) { $0 + $1.0 * $1.1 }) }
        }
        let same = (0..<3).map { [($0, Float(1))] }
        for name in [
            "decoder.up_blocks.0.upsamplers.0.conv", "decoder.up_blocks.1.resnets.0.conv_shortcut",
            "decoder.up_blocks.1.upsamplers.0.conv",
        ] {
            try editor.rows(name, same)
            try editor.set("\(name).bias") { bias in for colour in 0..<3 { bias[colour] = 0 } }
        }
        let width = (parameters["decoder.conv_norm_out.weight"]?.count ?? 0) / groups
        let last = "decoder.up_blocks.2.resnets.0.conv_shortcut"
        let carriers = (0..<3 * width).map { row -> [(Int, Float)] in
            row % width < 2 ? [(row / width, row % width == 0 ? 1 : -1)] : []
        }
        try editor.rows(last, carriers)
        try editor.set("\(last).bias") { bias in
            for row in 0..<3 * width {
                bias[row] =
                    row % width == 2
                    ? Float(LinearEncoder.carrier) : row % width == 3 ? -Float(LinearEncoder.carrier) : 0
            }
        }
        let deviation = Float(LinearEncoder.carrier * (2 / Double(width)).squareRoot())
        try editor.set("decoder.conv_norm_out.weight") { weight in
            for colour in 0..<3 { (weight[colour * width], weight[colour * width + 1]) = (deviation, deviation) }
        }
        try editor.set("decoder.conv_out.weight") { weight in for place in weight.indices { weight[place] *= 0.1 } }
        try editor.rows(
            "decoder.conv_out", (0..<3).map { [($0 * width, 1), ($0 * width + 1, -1)] }, keepingOthers: true)
        try editor.set("decoder.conv_out.bias") { $0.fill(0) }
        for name in parameters.keys
        where name.hasPrefix("decoder.") && (name.contains(".conv2.") || name.contains(".to_out.")) {
            try editor.set(name) { $0.fill(0) }
        }
        parameters = editor.parameters
    }

    private struct Editor {
        var parameters: [String: Tensor]

        init(_ parameters: [String: Tensor]) { self.parameters = parameters }

        mutating func set(_ name: String, _ change: (inout [Float]) -> Void) throws(TensorError) {
            guard let tensor = parameters[name] else {
                throw TensorError(.invalidArgument, "the autoencoder has no \"\(name)\"")
            }
            var values = try tensor.floats()
            change(&values)
            parameters[name] = try Tensor(values, tensor.shape)
        }

        /// Sets the first rows of a convolution: these inputs at the kernel's middle; all other weights are 0 or, with
        /// `keepingOthers`, unchanged.
        mutating func rows(_ name: String, _ rows: [[(input: Int, weight: Float)]], keepingOthers: Bool = false)
            throws(TensorError)
        {
            guard let shape = parameters["\(name).weight"]?.shape else {
                throw TensorError(.invalidArgument, "the autoencoder has no \"\(name)\"")
            }
            let kernel = shape[2] * shape[3], row = shape[1] * kernel
            try set("\(name).weight") { values in
                for (place, entries) in rows.enumerated() {
                    if !keepingOthers { for index in 0..<row { values[place * row + index] = 0 } }
                    for entry in entries { values[place * row + entry.input * kernel + kernel / 2] = entry.weight }
                }
            }
        }
    }
}

extension [Float] {
    fileprivate mutating func fill(_ value: Float) { for place in indices { self[place] = value } }
}
