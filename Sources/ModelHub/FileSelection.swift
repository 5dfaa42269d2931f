package import StageKit

/// Which files of a repository Flawsmith reads: weights as safetensors alone, and what belongs to them.
package struct FileSelection: Sendable {
    package enum Kind: String, Sendable {
        case diffusion = "a diffusion pipeline in diffusers' folders"
        case network = "a network with its configuration"
        case checkpoint = "a checkpoint in one file"
    }

    package let kind: Kind
    /// In the order in which they are fetched: small ones first.
    package let files: [HubFile]

    /// - Parameter half: copies in half precision, where there are any.
    /// - Throws: `Failure` 65 when nothing in the repository can be read here.
    package init(_ listing: HubListing, half: Bool) throws(Failure) {
        let all = listing.files.filter(\.isSafe)
        let paths = Set(all.map(\.path))
        var chosen: [String] = all.map(\.path).filter(Self.isTerms)
        if paths.contains("model_index.json") {
            kind = .diffusion
            chosen.append("model_index.json")
            for part in ["scheduler", "tokenizer", "text_encoder", "unet", "vae"] {
                chosen += all.map(\.path).filter { Self.isSmall($0, in: part) }
            }
            for (part, stem) in [
                ("text_encoder", "model"), ("unet", "diffusion_pytorch_model"), ("vae", "diffusion_pytorch_model"),
            ] {
                guard let weights = Self.weights("\(part)/\(stem)", in: paths, half: half) else {
                    throw Self.unreadable(listing, missing: "\(part)/\(stem).safetensors", paths)
                }
                chosen += weights
            }
        } else if let weights = Self.networks.lazy.compactMap({ network in
            paths.contains(network.configuration) ? Self.weights(network.stem, in: paths, half: half) : nil
        }).first {
            kind = .network
            chosen += all.map(\.path).filter { Self.isSmall($0, in: nil) } + weights
        } else {
            let checkpoints = paths.filter { $0.hasSuffix(".safetensors") && !$0.contains("/") }.sorted()
            guard checkpoints.count == 1 else {
                throw Self.unreadable(listing, missing: "model_index.json or config.json with safetensors", paths)
            }
            kind = .checkpoint
            chosen += checkpoints
        }
        let wanted = Set(chosen)
        files = all.filter { wanted.contains($0.path) }.sorted { ($0.size ?? 0, $0.path) < ($1.size ?? 0, $1.path) }
    }

    /// Layouts of single networks; of a folder with both, open_clip's is read.
    private static let networks = [
        ("open_clip_config.json", "open_clip_model"), ("open_clip_config.json", "open_clip_pytorch_model"),
        ("config.json", "model"),
    ].map { (configuration: $0.0, stem: $0.1) }

    /// A file of weights or its parts, in the order in which the engine looks for them.
    private static func weights(_ stem: String, in paths: Set<String>, half: Bool) -> [String]? {
        func whole(_ name: String) -> [String]? { paths.contains(name) ? [name] : nil }
        func parts(_ index: String, _ prefix: String) -> [String]? {
            guard paths.contains(index) else { return nil }
            let parts = paths.filter { $0.hasPrefix(prefix) && $0.hasSuffix(".safetensors") }.sorted()
            return parts.isEmpty ? nil : [index] + parts
        }
        let plain = "\(stem).safetensors", short = "\(stem).fp16.safetensors"
        let full = whole(plain) ?? parts("\(plain).index.json", "\(stem)-")
        let halved =
            whole(short) ?? parts("\(stem).safetensors.index.fp16.json", "\(stem).fp16-")
            ?? parts("\(short).index.json", "\(stem).fp16-")
        return half ? halved ?? full : full ?? halved
    }

    /// Configurations and vocabularies directly in a folder; nil: in the repository's own.
    private static func isSmall(_ path: String, in folder: String?) -> Bool {
        let parts = path.split(separator: "/")
        guard parts.count == (folder == nil ? 1 : 2), folder.map({ parts[0] == $0 }) ?? true, let name = parts.last
        else { return false }
        return smallNames.contains(String(name))
    }

    private static let smallNames: Set = [
        "config.json", "scheduler_config.json", "open_clip_config.json", "preprocessor_config.json",
        "tokenizer_config.json", "tokenizer.json", "special_tokens_map.json", "added_tokens.json", "vocab.json",
        "merges.txt",
    ]

    /// The licence and the model's card, which names it.
    private static func isTerms(_ path: String) -> Bool {
        let name = path.uppercased()
        return !path.contains("/")
            && (path == "README.md" || name == "LICENSE" || name.hasPrefix("LICENSE.") || name.hasPrefix("LICENSE-")
                || name == "NOTICE")
    }

    private static func unreadable(_ listing: HubListing, missing: String, _ paths: Set<String>) -> Failure {
        let pickles = paths.filter { path in [".bin", ".ckpt", ".pt", ".pth"].contains { path.hasSuffix($0) } }
        let checkpoints = paths.filter { $0.hasSuffix(".safetensors") }.sorted()
        var found = checkpoints.prefix(8).joined(separator: ", ")
        if checkpoints.count > 8 { found += " and \(checkpoints.count - 8) more" }
        return Failure(
            .badData, "nothing in it can be read here: \(missing) is missing", at: listing.repository,
            remedy: checkpoints.isEmpty
                ? pickles.isEmpty
                    ? "It holds no safetensors at all. Is it the right repository?"
                    : "It holds pickles alone (\(pickles.sorted().prefix(3).joined(separator: ", "))); loading one runs whatever code stands in it. Take a repository with safetensors."
                : "It holds \(found). A Stable Diffusion 1.x checkpoint among them can be fetched by hand and named as `models.diffusion`."
        )
    }
}
