package import TensorCore

/// Names of a text tower's parameters in the two layouts.
package enum CLIPTextNames {
    /// Renames open_clip's tensors to Hugging Face's names, with the prefix `text_model.`. The joined matrix of
    /// queries, keys and values is split into three.
    ///
    /// - Parameter tensors: the tensors of a tower without projection.
    package static func huggingFace(fromOpenCLIP tensors: [String: Tensor]) throws(TensorError) -> [String: Tensor] {
        var result: [String: Tensor] = [:]
        for (name, tensor) in tensors {
            let parts = name.split(separator: ".").map(String.init)
            if parts.starts(with: ["transformer", "resblocks"]), parts.count > 4 {
                let layer = "text_model.encoder.layers.\(parts[2])"
                if parts[3] == "attn", parts[4].hasPrefix("in_proj_") {
                    let kind = parts[4].dropFirst("in_proj_".count)
                    for (part, piece) in zip(["q_proj", "k_proj", "v_proj"], try tensor.chunk(3, 0)) {
                        result["\(layer).self_attn.\(part).\(kind)"] = piece
                    }
                } else {
                    result[
                        "\(layer).\(inLayer[parts[3...4].joined(separator: "."), default: parts[3]]).\(parts[parts.count - 1])"
                    ] = tensor
                }
            } else {
                result["text_model.\(outside[name] ?? name)"] = tensor
            }
        }
        return result
    }

    private static let inLayer = [
        "ln_1.weight": "layer_norm1", "ln_1.bias": "layer_norm1", "ln_2.weight": "layer_norm2",
        "ln_2.bias": "layer_norm2",
        "attn.out_proj": "self_attn.out_proj", "mlp.c_fc": "mlp.fc1", "mlp.c_proj": "mlp.fc2",
    ]
    private static let outside = [
        "token_embedding.weight": "embeddings.token_embedding.weight",
        "positional_embedding": "embeddings.position_embedding.weight",
        "ln_final.weight": "final_layer_norm.weight", "ln_final.bias": "final_layer_norm.bias",
    ]
}
