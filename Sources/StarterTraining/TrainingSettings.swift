package import Foundation

/// The shapes of the starter models and the settings of their training: one JSON file, the same for CPU and GPU.
///
/// Every key must be present, and no others: a model card refers to this file, so it should be complete.
package struct TrainingSettings: Codable, Equatable, Sendable {
    /// Decides every picture, caption, starting weight and noise.
    package var seed: UInt32
    /// Pixels a side.
    package var picture_size: Int
    /// Share of damaged pictures among those of objects that may be seen damaged.
    package var damaged_share: Double
    /// Share of damaged pictures' captions that name the kind of damage; the others say "damaged" and the like.
    package var caption_names_kind: Double
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
        /// A channel's deviation is `deviation` × (its share of the first one's)^`spread`: 1 keeps the components' own
        /// proportions, 0 makes all equal.
        package var spread: Double
    }

    package struct Autoencoder: Codable, Equatable, Sendable {
        package var channels: [Int]
        package var groups: Int
        /// Standard deviation of the noise on latents that the decoder learns with.
        package var latent_noise: Double
        /// Pixels a side of the crops, and how many make a batch; from `whole_from` (a share of all steps) on whole
        /// pictures are learned.
        package var crop: Int
        package var whole_from: Double
        /// Weight of damaged pixels besides 1, and of differences of neighbouring pixels beside the pixels themselves.
        package var damage_weight: Double
        package var edge_weight: Double
        /// Weight of LPIPS (VGG16) beside the pixels', 0 for none; the share of a step's pictures that it looks at, and
        /// the number type that VGG16 computes in.
        package var perceptual_weight: Double
        package var perceptual_share: Double
        package var perceptual_dtype: String
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
        /// Whether residual branches and the last convolution start at 0.
        package var zero_residuals: Bool
        /// Pictures of one part in a batch: with 1 every picture shows another part; with n a part is shown sound and
        /// after n - 1 different accidents, all with the same noise and timestep (then `damaged_share` has no effect).
        package var family: Int
        /// Share of captions left empty, for classifier-free guidance.
        package var caption_dropout: Double
        /// Weight of damaged cells besides 1.
        package var damage_weight: Double
        /// Share of timesteps drawn below `early_until`, where CUT starts from; the others come from all.
        package var early_share: Double
        package var early_until: Int
        /// Timesteps whose signal-to-noise ratio is above this count less, by limit / ratio; 0: all alike.
        package var snr_limit: Double
        /// Supervision of cross-attention by the masks: its weight beside the noise's error, and the share of attention
        /// that the words of the damage are to have inside and outside of it.
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
        /// Pictures of one part in a batch: sound, and after family - 1 different accidents.
        package var family: Int
        package var run: Run
    }

    /// How long and how fast.
    package struct Run: Codable, Equatable, Sendable {
        package var steps: Int
        package var batch: Int
        package var learning_rate: Double
        /// Steps in which the rate grows to its value; from `decay_from` (a share of all steps) on it falls along half
        /// a cosine to `final_share` of it.
        package var warm_up: Int
        package var decay_from: Double
        package var final_share: Double
        package var average_decay: Double
        package var dtype: String
    }

    /// - Throws: `TrainingError.settings` naming what is wrong.
    package init(contentsOf url: URL) throws(TrainingError) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), !isFolder.boolValue else {
            throw .missing(url.path, "no such settings file")
        }
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
        } catch DecodingError.dataCorrupted(let context) {
            let key = context.codingPath.map(\.stringValue).joined(separator: ".")
            throw .settings(
                url.path,
                key.isEmpty ? "not JSON: \(context.debugDescription)" : "\"\(key)\": \(context.debugDescription)")
        } catch DecodingError.valueNotFound(_, let context) {
            throw .settings(
                url.path, "\"\(context.codingPath.map(\.stringValue).joined(separator: "."))\" has no value")
        } catch DecodingError.typeMismatch(_, let context) {
            throw .settings(
                url.path,
                "\"\(context.codingPath.map(\.stringValue).joined(separator: "."))\" has a value of the wrong type")
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
}
