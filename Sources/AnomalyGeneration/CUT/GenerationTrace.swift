import DiffusionModels
import NeuralNet
import TensorCore

/// Everything that happened to one picture, as tensors.
///
/// | name | shape | |
/// |---|---|---|
/// | `z0`, `noise`, `z_start`, `z_final` | `[C, h, w]` | latents, float32 |
/// | `maps` | `[S, 16, 16]` | s of the conditional half of each guided pass |
/// | `image` | `[3, H, W]` | the decoder's output, not clamped |
/// | `timesteps` | `[S]` | int64 |
/// | `loss`, `step_size` | `[S]` | of each step's last evaluation, float32; 0 where there was none |
/// | `n`, `refinements` | `[S]` | likewise, int64 |
struct GenerationTrace {
    let tensors: [String: Tensor]

    init(_ sample: GuidedSample, normal z0: Tensor, image: Tensor, timesteps: [Int]) throws {
        let guidance = sample.guidance
        tensors = [
            "z0": try z0.select(0, 0), "noise": try sample.noise.select(0, 0), "z_start": try sample.start.select(0, 0),
            "z_final": try sample.latent.select(0, 0), "maps": try Tensor.stack(sample.maps), "image": image,
            "timesteps": try Tensor(timesteps), "loss": try Tensor(guidance.loss.map { Float($0) }),
            "step_size": try Tensor(guidance.stepSize.map { Float($0) }), "n": try Tensor(guidance.n),
            "refinements": try Tensor(guidance.refinements),
        ]
    }

    func write(to path: String) throws {
        try SafetensorsWriter.write(tensors, to: path)
    }
}
