package import Detectors
import NeuralNet
package import TensorCore

/// How abnormal pictures look compared with the text vectors: per stage and patch, and as a whole.
///
/// *Source*: paper equation 8 (M_VL, S_VL). The temperature of 100 is that of both ancestors, AnomalyGPT and APRIL-GAN:
/// the paper states none, but without it the softmax of cosines is flat.
package struct VisionLanguageScores {
    /// CLIP's own, exp of its largest `logit_scale`.
    static let temperature = 100.0

    /// Per stage `[B, 2, grid, grid]`: the probabilities of normal and abnormal.
    package let stages: [Tensor]
    /// `[B, 2]`, S_VL in the second column.
    package let image: Tensor
    package let upsampling: BilinearUpsampling

    /// - Parameters:
    ///   - cosines: of adapted tokens and text vectors, per stage `[B, 2, P]`, P a square number.
    ///   - imageToken: `[B, C]`.
    ///   - text: `[B, 2, C]`, of length 1.
    ///   - upsampling: from the patches' grid to pixels.
    package init(
        _ adapters: VLADAdapters, cosines: [Tensor], imageToken: Tensor, text: Tensor,
        imageScore: VLADSettings.ImageScore,
        upsampling: BilinearUpsampling
    ) throws(TensorError) {
        var stages: [Tensor] = []
        for cosines in cosines {
            let (batch, patches) = (try cosines.size(0), try cosines.size(2))
            let grid = Int(Double(patches).squareRoot().rounded())
            stages.append(try (cosines * Self.temperature).softmax(1).reshape([batch, 2, grid, grid]))
        }
        self.stages = stages
        self.upsampling = upsampling

        func fromToken() throws(TensorError) -> Tensor {
            let token = try adapters.image(imageToken).normalized().unsqueeze(1)  // [B, 1, C]
            return try (token.bmm(text.transpose(1, 2)) * Self.temperature).softmax(-1).squeeze(1)
        }
        func fromMap() throws(TensorError) -> Tensor {
            let mean = try Tensor.stack(stages, 0).mean(0)
            let abnormal = try upsampling(mean).select(1, 1).flatten(1, 2).amax(1)
            return try Tensor.stack([1 - abnormal, abnormal], 1)
        }
        image =
            switch imageScore {
            case .adapter: try fromToken()
            case .map: try fromMap()
            case .both: try (fromToken() + fromMap()) / 2
            }
    }

    /// Scores of the vision tower's unadapted tokens; nothing is recorded for gradients of the stages' adapters.
    ///
    /// - Parameter patchTokens: per stage `[B, P, width]`, float32.
    package init(
        _ adapters: VLADAdapters, patchTokens: [Tensor], imageToken: Tensor, text: Tensor,
        imageScore: VLADSettings.ImageScore,
        upsampling: BilinearUpsampling
    ) throws(TensorError) {
        var cosines: [Tensor] = []
        for stage in try adapters.products(patchTokens, text: text) {
            cosines.append(try AdaptedProducts.cosines(stage.products, stage.squaredLengths))
        }
        try self.init(
            adapters, cosines: cosines, imageToken: imageToken, text: text, imageScore: imageScore,
            upsampling: upsampling)
    }

    /// M_VL before upsampling: the abnormal parts summed over the stages, `[B, grid, grid]`, 0 to the number of stages.
    package func map() throws(TensorError) -> Tensor {
        try Tensor.stack(stages, 0).select(2, 1).sum(0)
    }
}
