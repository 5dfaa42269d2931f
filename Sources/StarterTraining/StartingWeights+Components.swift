import DiffusionModels
import Foundation
import NeuralNet
import TensorCore

/// The latent space of model folders. Components computed again (on another machine, or with a changed renderer) would
/// differ slightly, and the weights learned with the old ones would no longer fit.
extension StartingWeights {
    /// As the folder's encoder computes them, rounded to float16.
    ///
    /// - Throws: `TrainingError.checkpoint` for an encoder that isn't one of ours or was made with other `latents`.
    func components(_ settings: TrainingSettings) throws -> PatchComponents {
        try checkMark(settings)
        let (file, weight, bias) = try latentLayer(settings.latents.channels)
        // See `LinearEncoder`: inputs of the layer are the colours of a 2×2 block, the kernel's first 2×2 cells its
        // place.
        let values = try weight.to(.float32).floats(), shape = weight.shape
        var matrix: [Float] = []
        for latent in 0..<settings.latents.channels {
            for (row, column) in (0..<16).map({ ($0 / 4, $0 % 4) }) {
                let (outer, inner) = ((row / 2, column / 2), 2 * (row % 2) + column % 2)
                for colour in 0..<3 {
                    let place = ((latent * shape[1] + 3 * inner + colour) * shape[2] + outer.0) * shape[3] + outer.1
                    matrix.append(values[place])
                }
            }
        }
        let patch = settings.autoencoderConfiguration.downsamplingFactor
        let offset = try bias.to(.float32).narrow(0, start: 0, length: settings.latents.channels) * -1
        let components = PatchComponents(
            patch: patch, matrix: try Tensor(matrix, [settings.latents.channels, 3 * patch * patch]), offset: offset)
        guard try components.matrix.abs().max().item() > 0 else { throw notOurs(file) }
        return components
    }

    /// - Throws: `TrainingError.checkpoint` when the folder's encoder computes other components than these.
    func check(_ components: PatchComponents) throws {
        let (file, weight, bias) = try latentLayer(components.channels)
        let expected = try LinearEncoder.parameters(
            components, groups: 1, logVariance: 0,
            shapes: ["\(Self.layer).weight": weight.shape, "\(Self.layer).bias": bias.shape])
        for (name, found) in [("\(Self.layer).weight", weight), ("\(Self.layer).bias", bias)] {
            guard let wanted = expected[name] else { continue }
            let difference = try (found.to(.float32) - wanted).abs().max().item()
            // The effect of rounding to float16, with a margin.
            guard try difference <= 2e-3 * Swift.max(wanted.abs().max().item(), 1e-3) else {
                throw TrainingError.checkpoint(
                    file,
                    "has another latent space than components.safetensors of the --work folder; choose another --work folder"
                )
            }
        }
    }

    private static let layer = "encoder.down_blocks.1.downsamplers.0.conv"

    private func latentLayer(_ channels: Int) throws -> (file: String, weight: Tensor, bias: Tensor) {
        let file = try weights(diffusion, "vae")
        guard let shape = file.shapes["\(Self.layer).weight"], shape.count == 4, shape[0] >= channels, shape[1] >= 12,
            shape[2] == 3, shape[3] == 3, file.shapes["\(Self.layer).bias"] == [shape[0]]
        else { throw notOurs(file.name) }
        return (file.name, try file.tensor("\(Self.layer).weight"), try file.tensor("\(Self.layer).bias"))
    }

    private func notOurs(_ file: String) -> TrainingError {
        .checkpoint(file, "has no encoder that computes the components of 4×4 patches")
    }

    /// What `StarterAssembly` writes beside a model.
    private struct Mark: Decodable {
        struct Settings: Decodable { var latents: TrainingSettings.Latents }
        var settings: Settings
    }

    private func checkMark(_ settings: TrainingSettings) throws {
        let url = diffusion.appendingPathComponent("flawsmith.json")
        guard let data = try? Data(contentsOf: url), let mark = try? JSONDecoder().decode(Mark.self, from: data),
            mark.settings.latents == settings.latents
        else {
            throw TrainingError.checkpoint(
                url.path, "doesn't say that the model was trained with the settings' \"latents\"")
        }
    }
}
