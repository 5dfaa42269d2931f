/// Names of a Stable Diffusion 1.x checkpoint in one file, as diffusers and transformers name the same parameters.
///
/// *Source*: CompVis' latent-diffusion (`ldm/modules/diffusionmodules/openaimodel.py` and `model.py`) for the old
/// names; diffusers 0.42 `UNet2DConditionModel` and `AutoencoderKL` for the new ones.
enum SingleFileNames {
    /// - Parameters:
    ///   - name: without `model.diffusion_model.`.
    ///   - layers: residual blocks of a level on the way down.
    /// - Returns: nil for a name that no block of such a UNet has.
    static func unet(_ name: String, layers: Int) -> String? {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        func rest(_ count: Int) -> String { parts.dropFirst(count).joined(separator: ".") }
        switch parts[0] {
        case "time_embed" where parts.count == 3:
            guard let number = ["0": 1, "2": 2][parts[1]] else { return nil }
            return "time_embedding.linear_\(number).\(parts[2])"
        case "out" where parts.count == 3:
            guard let part = ["0": "conv_norm_out", "2": "conv_out"][parts[1]] else { return nil }
            return "\(part).\(parts[2])"
        case "middle_block" where parts.count > 3:
            switch parts[1] {
            case "0": return residual(rest(2)).map { "mid_block.resnets.0.\($0)" }
            case "1": return "mid_block.attentions.0.\(rest(2))"
            case "2": return residual(rest(2)).map { "mid_block.resnets.1.\($0)" }
            default: return nil
            }
        case "input_blocks" where parts.count > 3:
            guard let index = Int(parts[1]), index >= 0 else { return nil }
            if index == 0 { return parts[2] == "0" ? "conv_in.\(rest(3))" : nil }
            let (level, layer) = (index - 1).quotientAndRemainder(dividingBy: layers + 1)
            let block = "down_blocks.\(level)"
            if parts[2] == "0", parts[3] == "op" { return "\(block).downsamplers.0.conv.\(rest(4))" }
            if parts[2] == "0" { return residual(rest(3)).map { "\(block).resnets.\(layer).\($0)" } }
            return parts[2] == "1" ? "\(block).attentions.\(layer).\(rest(3))" : nil
        case "output_blocks" where parts.count > 3:
            guard let index = Int(parts[1]), index >= 0 else { return nil }
            let (level, layer) = index.quotientAndRemainder(dividingBy: layers + 1)
            let block = "up_blocks.\(level)"
            if parts[2] == "0" { return residual(rest(3)).map { "\(block).resnets.\(layer).\($0)" } }
            // After the residual block comes attention and then the upsampler, or only the upsampler.
            if parts[3] == "conv" { return "\(block).upsamplers.0.conv.\(rest(4))" }
            return parts[2] == "1" ? "\(block).attentions.\(layer).\(rest(3))" : nil
        default: return nil
        }
    }

    private static func residual(_ name: String) -> String? {
        let table = [
            "in_layers.0": "norm1", "in_layers.2": "conv1", "emb_layers.1": "time_emb_proj", "out_layers.0": "norm2",
            "out_layers.3": "conv2", "skip_connection": "conv_shortcut",
        ]
        guard let dot = name.lastIndex(of: "."), let part = table[String(name[..<dot])] else { return nil }
        return part + name[dot...]
    }

    /// - Parameters:
    ///   - name: without `first_stage_model.`.
    ///   - levels: of the autoencoder.
    /// - Returns: nil for a name that no block of such an autoencoder has.
    static func autoencoder(_ name: String, levels: Int) -> String? {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        func rest(_ count: Int) -> String { parts.dropFirst(count).joined(separator: ".") }
        switch parts[0] {
        case "quant_conv", "post_quant_conv": return name
        case "encoder" where parts.count > 2, "decoder" where parts.count > 2:
            let side = parts[0]
            switch parts[1] {
            case "conv_in", "conv_out": return name
            case "norm_out": return "\(side).conv_norm_out.\(rest(2))"
            case "mid":
                switch parts[2] {
                case "block_1": return "\(side).mid_block.resnets.0.\(short(rest(3)))"
                case "block_2": return "\(side).mid_block.resnets.1.\(short(rest(3)))"
                case "attn_1":
                    let table = ["norm": "group_norm", "q": "to_q", "k": "to_k", "v": "to_v", "proj_out": "to_out.0"]
                    guard parts.count == 5, let part = table[parts[3]] else { return nil }
                    return "\(side).mid_block.attentions.0.\(part).\(parts[4])"
                default: return nil
                }
            case "down", "up":
                guard parts.count > 4, let index = Int(parts[2]), 0..<levels ~= index else { return nil }
                // The old names count the decoder's levels from the picture's size, the new ones from the latent's.
                let level = parts[1] == "up" ? levels - 1 - index : index
                let block = "\(side).\(parts[1])_blocks.\(level)"
                switch parts[3] {
                case "block": return "\(block).resnets.\(parts[4]).\(short(rest(5)))"
                case "downsample": return "\(block).downsamplers.0.\(rest(4))"
                case "upsample": return "\(block).upsamplers.0.\(rest(4))"
                default: return nil
                }
            default: return nil
            }
        default: return nil
        }
    }

    private static func short(_ name: String) -> String {
        name.hasPrefix("nin_shortcut.") ? "conv_shortcut." + name.dropFirst("nin_shortcut.".count) : name
    }
}
