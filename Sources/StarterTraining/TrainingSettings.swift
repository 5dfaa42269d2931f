package import Foundation

/// What the starter models are and how they are trained: one JSON file, the same on a processor and on a GPU.
///
/// Every key must be there and no other: what a model card points to should say everything.
package struct TrainingSettings: Codable, Equatable, Sendable {
    /// Decides every picture, caption, starting weight and noise.
    package var seed: UInt32
    /// Pixels a side.
    package var picture_size: Int
    /// Share of damaged pictures among those of objects that may be seen damaged.
    package var damaged_share: Double
    package var latents: Latents
    package var autoencoder: Autoencoder
    package var diffusion: Diffusion
    package var clip: Clip

    /// The latent space: principal components of square patches.
    package struct Latents: Codable, Equatable, Sendable {
        package var channels: Int
        /// Pictures that the components are taken from.
        package var pictures: Int
        /// Standard deviation of the first channel.
        package var deviation: Double
        /// A channel's deviation is `deviation` × (its share of the first one's)^`spread`: 1 keeps the components' own proportions, 0 makes all equal.
        package var spread: Double
    }

    package struct Autoencoder: Codable, Equatable, Sendable {
        package var channels: [Int]
        package var groups: Int
        /// Standard deviation of the noise on latents that the decoder learns with.
        package var latent_noise: Double
        /// Pixels a side of the crops, and how many make a batch; from `whole_from` (a share of all steps) on whole pictures are learned.
        package var crop: Int
        package var whole_from: Double
        /// Weight of damaged pixels besides 1, and of differences of neighbouring pixels beside the pixels themselves.
        package var damage_weight: Double
        package var edge_weight: Double
        package var run: Run
    }

    package struct Diffusion: Codable, Equatable, Sendable {
        package var channels: [Int]
        package var heads: [Int]
        package var groups: Int
        package var text_width: Int
        package var text_layers: Int
        package var text_heads: Int
        /// Merges of CLIP's vocabulary that are kept.
        package var vocabulary_merges: Int
        /// Share of captions left empty, for classifier-free guidance.
        package var caption_dropout: Double
        /// Weight of damaged cells besides 1.
        package var damage_weight: Double
        /// Share of timesteps drawn below `early_until`, where CUT starts from; the others come from all.
        package var early_share: Double
        package var early_until: Int
        /// Supervision of cross-attention by the masks: its weight beside the noise's error, and the share of attention that the words of the
        /// damage are to have inside and outside of it.
        package var attention_weight: Double
        package var attention_inside: Double
        package var attention_outside: Double
        package var run: Run
    }

    package struct Clip: Codable, Equatable, Sendable {
        package var image_size: Int
        package var patch_size: Int
        package var width: Int
        package var layers: Int
        package var heads: Int
        package var text_layers: Int
        package var vocabulary_merges: Int
        /// Weight of telling a good part from a damaged one by their sentences, beside that of telling captions apart.
        package var state_weight: Double
        package var run: Run
    }

    /// How long and how fast.
    package struct Run: Codable, Equatable, Sendable {
        package var steps: Int
        package var batch: Int
        package var learning_rate: Double
        /// Steps in which the rate grows to its value; then it falls along half a cosine to `final_share` of it.
        package var warm_up: Int
        package var final_share: Double
        package var average_decay: Double
        package var dtype: String
    }

    /// - Throws: `TrainingError.settings` naming what is wrong.
    package init(contentsOf url: URL) throws(TrainingError) {
        do {
            let data = try Data(contentsOf: url)
            self = try JSONDecoder().decode(TrainingSettings.self, from: data)
            let known = try JSONSerialization.jsonObject(with: JSONEncoder().encode(self))
            if let key = Self.extraKey(in: try JSONSerialization.jsonObject(with: data), beyond: known, path: "") {
                throw TrainingError.settings(url.path, "the key \"\(key)\" is not known")
            }
        } catch let error as TrainingError {
            throw error
        } catch DecodingError.keyNotFound(let key, let context) {
            let path = (context.codingPath + [key]).map(\.stringValue).joined(separator: ".")
            throw .settings(url.path, "the key \"\(path)\" is missing")
        } catch DecodingError.typeMismatch(_, let context) {
            throw .settings(url.path, "\"\(context.codingPath.map(\.stringValue).joined(separator: "."))\" has a value of the wrong type")
        } catch {
            throw .settings(url.path, "can't be read (\(error.localizedDescription))")
        }
        if let problem { throw .settings(url.path, problem) }
    }

    private static func extraKey(in found: Any, beyond known: Any, path: String) -> String? {
        guard let found = found as? [String: Any], let known = known as? [String: Any] else { return nil }
        for (key, value) in found.sorted(by: { $0.key < $1.key }) {
            let name = path.isEmpty ? key : "\(path).\(key)"
            guard let expected = known[key] else { return name }
            if let extra = extraKey(in: value, beyond: expected, path: name) { return extra }
        }
        return nil
    }

    /// What can't work, in words; nil when all is well.
    private var problem: String? {
        let patch = 1 << (autoencoder.channels.count - 1)
        if picture_size < 64 || picture_size % (patch << (diffusion.channels.count - 1)) != 0 {
            return "picture_size is \(picture_size); it should be 64 or more and divide evenly down to the UNet's lowest level"
        }
        if autoencoder.channels.count != 3 || Set(autoencoder.channels).count != 3 { return "autoencoder.channels should have 3 levels of different widths" }
        if autoencoder.channels.contains(where: { $0 % autoencoder.groups != 0 }) { return "autoencoder.groups should divide its channels" }
        if autoencoder.channels[2] / autoencoder.groups < 4 || autoencoder.groups < latents.channels || autoencoder.channels[0] < 12 {
            return "the autoencoder is too narrow for \(latents.channels) latent channels: it needs as many groups of 4 channels or more"
        }
        if autoencoder.channels[0] / autoencoder.groups < 4 || autoencoder.groups < 3 {
            return "autoencoder.groups should be 3 or more, of 4 channels or more at the first level"
        }
        if latents.channels > 3 * patch * patch { return "latents.channels is more than a patch has samples" }
        if autoencoder.crop % patch != 0 || autoencoder.crop > picture_size { return "autoencoder.crop should be a multiple of \(patch), at most picture_size" }
        if diffusion.heads.count != diffusion.channels.count { return "diffusion.heads should have as many levels as diffusion.channels" }
        let runs = [autoencoder.run, diffusion.run, clip.run]
        if runs.contains(where: { $0.steps < 1 || $0.batch < 2 || $0.batch % 2 != 0 }) { return "every run needs a step and an even batch" }
        if runs.contains(where: { !["float32", "bfloat16"].contains($0.dtype) }) { return "dtype should be float32 or bfloat16" }
        return nil
    }
}

/// Why a training can't begin or go on.
package enum TrainingError: Error, Equatable, CustomStringConvertible {
    case settings(String, String)
    case checkpoint(String, String)
    /// The loss or the gradients aren't numbers any more.
    case notFinite(step: Int)

    package var description: String {
        switch self {
        case .settings(let path, let reason), .checkpoint(let path, let reason): "\(path): \(reason)"
        case .notFinite(let step): "loss or gradients are not finite at step \(step); go on from the last checkpoint with a lower learning rate"
        }
    }
}
