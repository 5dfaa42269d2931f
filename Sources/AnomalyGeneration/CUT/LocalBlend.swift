import DiffusionModels
import TensorCore

/// Keeps the picture unchanged wherever the anomaly's words get no attention: after each step the latent is mixed with
/// the normal sample's, noised to the same level by the run's own ε.
///
/// Off in the paper's presets: section 4.1 denoises the whole picture anew. A small model redraws fine texture worse
/// than the original; with blending, the picture changes only where the label is.
/// - Source: Hertz et al. 2023 (Prompt-to-Prompt), section 3.2, local editing; the edge of the region is softened.
struct LocalBlend {
    /// z₀ of the normal sample, `[1, C, h, w]` float32.
    let normal: Tensor
    /// m_z, `[1, 1, h, w]` float32.
    let foreground: Tensor
    /// From this share of the map's maximum inside the foreground on, only the new latent counts. The default is the
    /// binary label's threshold.
    var threshold = 0.5

    /// - Parameters:
    ///   - z: the latent after the step, `[1, C, h, w]`.
    ///   - map: s of the step's conditional pass, `[16, 16]`.
    ///   - noise: ε of the run.
    func callAsFunction(_ z: Tensor, map: Tensor, noise: Tensor, after step: SamplingStep) throws(TensorError) -> Tensor
    {
        let (height, width) = (try z.size(2), try z.size(3))
        let s = try map.unsqueeze(0).unsqueeze(0).interpolate(height: height, width: width, .bilinear) * foreground
        let share = try (s / (s.max() * threshold).clamp(min: 1e-12)).clamp(max: 1)
        let kept = try step.previousAlphaBar.squareRoot() * normal + (1 - step.previousAlphaBar).squareRoot() * noise
        return try kept + share * (z - kept)
    }
}
