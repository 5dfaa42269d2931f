import Foundation
import StarterTraining

/// The smallest settings that every part accepts.
enum SmallTraining {
    /// A folder of its own; whoever asks removes it.
    static func folder() throws -> URL {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(
            "training-\(UInt64.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        return url
    }

    static func settings(_ edit: (inout TrainingSettings) -> Void = { _ in }) throws -> TrainingSettings {
        func run(_ steps: Int) -> String {
            """
            { "steps": \(steps), "batch": 4, "learning_rate": 0.001, "warm_up": 2, "decay_from": 0, "final_share": 0.1, "average_decay": 0.9, "dtype": "float32" }
            """
        }
        let text = """
            {
              "seed": 5, "picture_size": 64, "damaged_share": 0.5, "caption_names_kind": 0.65,
              "latents": { "channels": 8, "pictures": 24, "deviation": 1, "spread": 0.4 },
              "autoencoder": {
                "channels": [32, 40, 48], "groups": 8, "latent_noise": 0.03, "crop": 32, "whole_from": 0.7, "damage_weight": 4,
                "edge_weight": 0.5, "perceptual_weight": 0, "perceptual_share": 0.5, "perceptual_dtype": "float32",
                "run": \(run(6))
              },
              "diffusion": {
                "channels": [16, 32], "heads": [1, 2], "groups": 8, "text_width": 16, "text_layers": 1, "text_heads": 2,
                "vocabulary_merges": 300, "zero_residuals": false, "family": 1,
                "caption_dropout": 0.12, "damage_weight": 2, "early_share": 0.6, "early_until": 500, "snr_limit": 0,
                "attention_weight": 0.02, "attention_inside": 0.3, "attention_outside": 0.02, "run": \(run(4))
              },
              "clip": {
                "image_size": 32, "patch_size": 8, "width": 16, "layers": 2, "heads": 2, "text_layers": 1, "vocabulary_merges": 300,
                "state_weight": 1, "family": 2, "run": \(run(4))
              }
            }
            """
        var settings = try JSONDecoder().decode(TrainingSettings.self, from: Data(text.utf8))
        edit(&settings)
        return settings
    }
}
