package import TensorCore

/// The patches of one step.
package struct SimpleNetBatch {
    /// Of normals, `[N, C]`, float32.
    package var normals: Tensor
    /// Noise for each of them, `[N, C]`; nil where fakes are not made of noise.
    package var noise: Tensor?
    /// Of generated pictures, `[G, C]`, and the damaged share of each, `[G]`; nil where they are not looked at.
    package var generated: (vectors: Tensor, damaged: Tensor)?

    package init(normals: Tensor, noise: Tensor?, generated: (vectors: Tensor, damaged: Tensor)?) {
        (self.normals, self.noise, self.generated) = (normals, noise, generated)
    }
}

extension SimpleNetHead {
    /// The loss of a step: good patches below the margin, fakes above its negative.
    ///
    /// A generated picture's patch is a fake as far as its label marks it and good for the rest. Each kind of patches
    /// is averaged on its own, and kinds count alike: good patches are normals' and generated ones', fakes are noise
    /// and damage. With noise alone this is the paper's loss.
    /// *Source*: Liu et al. 2023, in the released code's form.
    package func loss(_ batch: SimpleNetBatch, margin: Double) throws(TensorError) -> Tensor {
        let count = try batch.normals.size(0)
        var parts = [try adapted(batch.normals)]
        // One pass over all of them: the batch norm's moments mix them.
        if let noise = batch.noise { parts.append(try parts[0] + noise) }
        if let generated = batch.generated { parts.append(try adapted(generated.vectors)) }
        let goodness = try goodness(Tensor.cat(parts, 0), isTraining: true)
        func below(_ scores: Tensor) throws(TensorError) -> Tensor { try (margin - scores).relu() }
        func above(_ scores: Tensor) throws(TensorError) -> Tensor { try (margin + scores).relu() }
        var good = [try below(goodness.narrow(0, start: 0, length: count)).mean()]
        var fake: [Tensor] = []
        if batch.noise != nil { fake.append(try above(goodness.narrow(0, start: count, length: count)).mean()) }
        if let generated = batch.generated {
            let own = try generated.damaged.size(0)
            let scores = try goodness.narrow(0, start: try goodness.size(0) - own, length: own)
            good.append(try Self.mean(below(scores), weights: 1 - generated.damaged))
            fake.append(try Self.mean(above(scores), weights: generated.damaged))
        }
        return try Tensor.stack(good, 0).mean() + Tensor.stack(fake, 0).mean()
    }

    /// A weighted mean; 0 where nothing has a weight.
    private static func mean(_ values: Tensor, weights: Tensor) throws(TensorError) -> Tensor {
        // A thousandth of a patch: less is none.
        try (values * weights).sum() / weights.sum().clamp(min: 1e-3)
    }
}
