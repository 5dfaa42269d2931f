package import Detectors
import NeuralNet
package import TensorCore

/// The loss of some samples and its gradient with respect to every adapter.
package struct VLADStep {
    /// The mean over the samples.
    package let loss: Double
    /// In the order of `VLADAdapters.named`.
    package let gradients: [Tensor]

    /// The losses are means over the pictures of a batch, so that a batch may come in parts, whose gradients are added
    /// up.
    ///
    /// - Parameter share: what part of the batch's samples these are.
    package init(
        _ adapters: VLADAdapters, _ batch: SampleBatch, objective: VLADObjective, imageScore: VLADSettings.ImageScore,
        upsampling: BilinearUpsampling, share: Double = 1
    ) throws(TensorError) {
        let stages = try withoutGradients { () throws(TensorError) in
            try adapters.products(batch.patchTokens, text: batch.text)
        }
        // From here on all is of the size of maps, and autograd's.
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
