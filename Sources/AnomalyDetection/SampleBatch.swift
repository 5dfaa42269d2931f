package import TensorCore

/// The frozen inputs of one training step.
package struct SampleBatch {
    /// Per stage `[B, P, width]`, float32 copies of tokens kept in float16.
    package let patchTokens: [Tensor]
    /// `[B, C]`.
    package let imageToken: Tensor
    /// `[B, 2, C]`.
    package let text: Tensor
    /// `[B, size, size]`, 0…1.
    package let labels: Tensor
    /// `[B]`, 1 for anomalous pictures.
    package let anomalous: Tensor

    /// - Throws: `ImageError` when a picture or label can't be read; `CLIPError`, `TensorError`.
    package init(_ samples: [VLADTraining.Sample], _ source: FeatureSource, device: Device) throws {
        let features = try samples.map { try source.features(of: source.file($0.image)) }
        patchTokens = try (features.first?.patchTokens.indices ?? 0..<0).map { stage in
            try Tensor.stack(features.map { $0.patchTokens[stage] }, 0).to(device: device).to(.float32)
        }
        imageToken = try Tensor.stack(features.map(\.imageToken), 0).to(device: device)
        text = try Tensor.stack(samples.map { try source.text(of: $0.className) }, 0)
        labels = try Tensor.stack(samples.map { try source.label($0.softLabel.map { try source.file($0) }) }, 0).to(
            device: device)
        anomalous = try Tensor(samples.map { $0.anomalous ? Float(1) : 0 }).to(device: device)
    }
}
