import NeuralNet

/// How files name the parts of a vision transformer, and what their networks do with positions.
enum TransformerNaming {
    /// The authors' own: `blocks.0.attn.qkv`, `register_tokens`, and a `mask_token`, which tells it from timm's.
    case hub
    /// `blocks.0.attn.qkv`, `reg_token`
    case timm
    /// `encoder.layer.0.attention.attention.query`
    case huggingFace

    init(_ root: Parameters) {
        self =
            root.contains("embeddings")
            ? .huggingFace : root.contains("mask_token") || root.contains("register_tokens") ? .hub : .timm
    }

    /// The libraries differ, and so do their features of pictures of another size than the table's.
    func resizing(hasRegisters: Bool) -> PositionTable.Resizing {
        switch self {
        case .timm: .smoothed
        case .hub: hasRegisters ? .smoothed : .byFactor
        case .huggingFace: hasRegisters ? .smoothed : .plain
        }
    }

    /// What a file may hold beside the blocks that are loaded: deeper ones, what stands for masked patches,
    /// classifiers.
    func isUnused(_ key: String, deeper: Range<Int>) -> Bool {
        let stack = self == .huggingFace ? "encoder.layer." : "blocks."
        if deeper.contains(where: { key.hasPrefix("\(stack)\($0).") }) { return true }
        return ["mask_token", "embeddings.mask_token"].contains(key)
            || ["head.", "fc_norm.", "classifier."].contains(where: key.hasPrefix)
    }
}
