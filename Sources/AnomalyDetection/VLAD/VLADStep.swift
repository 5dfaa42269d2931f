package import Detectors
import NeuralNet
package import TensorCore

/// The loss of some samples and its gradient with respect to every adapter.
package struct VLADStep {
    /// The mean over the samples.
    package let loss: Double
    /// In the order of `VLADAdapters.named`.
    package let gradients: [Tensor]

    /// The losses are means over the pictures of a batch, so a batch may be split and the gradients of its parts added.
    ///
    /// - Parameter share: the share of these samples in the batch.
    package init(
        _ adapters: VLADAdapters, _ batch: SampleBatch, objective: VLADObjective, imageScore: VLADSettings.ImageScore,
        upsampling: BilinearUpsampling, share: Double = 1
    ) throws(TensorError) {
        let stages = try withoutGradients { () throws(TensorError) in
            try adapters.products(batch.patchTokens, text: batch.text)
        }
        // Everything from here on is as small as the maps and differentiated by autograd.
        var leaves: [Tensor] = []
        for stage in stages {
            leaves += [try stage.products.requiringGrad(), try stage.squaredLengths.requiringGrad()]
        }
        guard let imageBias = adapters.image.bias else { preconditionFailure("an adapter has a bias") }
        let (value, found) = try withGradients { () throws(TensorError) in
            var cosines: [Tensor] = []
            for stage in stages { cosines.append(try AdaptedProducts.cosines(stage.products, stage.squaredLengths)) }
            let scores = try VisionLanguageScores(
                adapters, cosines: cosines, imageToken: batch.imageToken, text: batch.text, imageScore: imageScore,
                upsampling: upsampling)
            let loss = try objective.losses(scores, labels: batch.labels, anomalous: batch.anomalous).total * share
            return (
                try loss.item(),
                try TensorCore.gradients(of: loss, withRespectTo: leaves + [adapters.image.weight, imageBias])
            )
        }
        loss = value
        gradients = try withoutGradients { () throws(TensorError) in
            var all: [Tensor] = []
            for (index, stage) in stages.enumerated() {
                let (weight, bias) = try stage.gradients(
                    products: found[2 * index], squaredLengths: found[2 * index + 1])
                all += [weight, bias]
            }
            return all + found.suffix(2)
        }
    }
}
