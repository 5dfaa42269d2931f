package import AnomalyAnnotation
import AnomalyGeneration
import ClipModels
package import DiffusionModels
import Foundation
package import Imaging
import TensorCore

/// Measures how well each way of labelling finds damage whose outline is known to the pixel. Rendered parts before and
/// after an accident, which no training saw, take the place of a normal picture and the one generated from it.
///
/// Both go through the autoencoder, as in a run; the attention is that of the caption's words for the damage at a
/// timestep near the end of a run. A generated picture also differs from its normal outside the damage, depending on
/// the manifest's keys, so labelling by difference is easier here.
package struct LabelMeasure {
    let model: LatentDiffusionModel
    let settings: TrainingSettings
    let softmaxScale: Double
    /// Approximately the last timestep of a run.
    private let timestep = 1

    package init(model: LatentDiffusionModel, settings: TrainingSettings, softmaxScale: Double) {
        (self.model, self.settings, self.softmaxScale) = (model, settings, softmaxScale)
    }

    /// - Parameter keep: called with each pair: number, name, picture, its true mask, and the label of each source.
    /// - Returns: `iou_<source>_<acquaintance>`: means over parts of the IoU of the binary mask (half of the soft
    ///   label's maximum) with the true damage; `auroc_<source>_…`: of the soft label, pixel by pixel.
    package func run(
        parts: Int, threads: Int, keep: (Int, String, Image, Mask, [Annotation]) throws -> Void = { _, _, _, _, _ in }
    ) throws
        -> [String: Double]
    {
        try withoutGradients {
            var means = MeasuredMeans()
            for (number, pair) in try PictureStream(settings, purpose: "labels").measured(parts, threads: threads)
                .enumerated()
            {
                guard let truth = pair.damaged.mask, let evidence = try evidence(pair.normal, pair.damaged, number)
                else { continue }
                var labels: [Annotation] = []
                for source in AnnotationSource.allCases {
                    let label = evidence.annotation(source, threshold: 0.5)
                    means.add(label.binary.overlap(with: truth), "iou_\(source.rawValue)", pair.kind)
                    if let auroc = Ranking.auroc(label.soft.values.map(Double.init), truth.values.map { $0 != 0 }) {
                        means.add(auroc, "auroc_\(source.rawValue)", pair.kind)
                    }
                    labels.append(label)
                }
                try keep(
                    number, "\(pair.damaged.category) \(pair.damaged.damage ?? "")", evidence.picture, truth, labels)
            }
            return means.figures
        }
    }

    private func evidence(_ normal: TrainingExample, _ damaged: TrainingExample, _ number: Int) throws
        -> GeneratedEvidence?
    {
        guard let words = damaged.words, let places = try? model.tokenizer.positions(of: [words], in: damaged.caption)
        else { return nil }
        let side = model.imageSize
        let pictures = try [normal.image, damaged.image].map { image in
            try NormalPicture(picture: image, foreground: nil, side: side, latentSide: model.latentSize)
        }
        let latents = try model.encode(PictureTensors.pictures(pictures.map(\.pixels)).to(device: model.device))
        let decoded = try (0..<2).map {
            try pictures[$0].restored(
                Image(decoded: model.decode(latents.narrow(0, start: $0, length: 1)).select(0, 0)))
        }
        let z0 = try latents.narrow(0, start: 1, length: 1)
        let noise = try Tensor.randn(z0.shape, generator: stepGenerator(settings.seed, "label noise", number)).to(
            device: model.device)
        let z = try model.schedule.signal(at: timestep) * z0 + model.schedule.noise(at: timestep) * noise
        let attention = try model.unet.attention(
            z, timestep: timestep, context: model.unet.promptContext(model.encodePrompt(damaged.caption)))
        let map = try AttentionMap(positions: places, softmaxScale: softmaxScale, sigma: 0.5, device: model.device)(
            attention
        ).select(0, 0)
        let plane = try Plane(width: map.size(1), height: map.size(0), values: map.floats())
        return try GeneratedEvidence(
            attention: pictures[1].softLabel(plane), picture: decoded[1], reconstruction: decoded[0],
            foreground: Mask(width: damaged.image.width, height: damaged.image.height, repeating: true))
    }
}
