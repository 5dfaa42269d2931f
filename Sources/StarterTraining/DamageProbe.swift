import AnomalyGeneration
package import ClipModels
package import DiffusionModels
import Foundation
package import Imaging
import NeuralNet
import StarterWorld
import TensorCore

/// A classifier of damage, trained only on rendered damage: tells which kind a picture shows inside its label.
///
/// Softmax regression on the frozen CLIP's patch tokens: their mean inside the label less their mean outside, stage by
/// stage. Its training pictures went through the autoencoder like generated ones, so that traces of decoding give no
/// clue.
package final class DamageProbe {
    private let clip: CLIPModel
    private let model: LatentDiffusionModel
    private let stages: [Int]
    private let imageSize: Int
    package let kinds: [String]
    private var mean: Tensor?
    private var deviation: Tensor?
    private var weights: Tensor?

    /// Full-batch steps of Adam; what is learnt hardly changes after half of them (own choice).
    private static let steps = 400
    private static let learningRate = 0.02
    private static let decay = 1e-3

    /// - Parameter stages: blocks of the vision tower, counted from 1.
    package init(clip: CLIPModel, model: LatentDiffusionModel, stages: [Int], imageSize: Int) {
        (self.clip, self.model, self.stages, self.imageSize) = (clip, model, stages, imageSize)
        kinds = Set(StarterWorld.categories.flatMap { (try? StarterWorld.damages(of: $0)) ?? [] }).sorted()
    }

    // MARK: - Learning

    /// Learns from `parts` rendered pictures of each object and damage, including pairs that the models never saw: the
    /// probe is a judge and may know more.
    package func learn(
        _ settings: TrainingSettings, parts: Int, threads: Int, progress: (Int, Int) -> Void = { _, _ in }
    ) throws {
        let pairs = try PictureStream(settings, purpose: "probe").measured(parts, threads: threads)
        var rows: [Tensor] = [], targets: [Int] = []
        for (number, pair) in pairs.enumerated() {
            guard let mask = pair.damaged.mask, let damage = pair.damaged.damage,
                let kind = kinds.firstIndex(of: damage)
            else { continue }
            rows.append(try features(decoded(pair.damaged.image), mask: mask))
            targets.append(kind)
            progress(number + 1, pairs.count)
        }
        try fit(Tensor.stack(rows), targets)
    }

    /// Adam on the cross-entropy of standardised features, `[N, F]`.
    private func fit(_ rows: Tensor, _ targets: [Int]) throws {
        try withoutGradients {
            let mean = try rows.mean(0, keepDim: true)
            let centred = try rows - mean
            let deviation = try (centred * centred).mean(0, keepDim: true).sqrt() + 1e-6
            let x = try Self.withOnes(centred / deviation)
            let wanted = try Tensor(
                targets.flatMap { target in kinds.indices.map { Float($0 == target ? 1 : 0) } },
                [targets.count, kinds.count])
            let weights = try Tensor.zeros([x.size(1), kinds.count])
            let adam = try Adam([("weights", weights)], learningRate: Self.learningRate)
            for _ in 0..<Self.steps {
                let error = try x.matmul(weights).softmax(-1) - wanted
                try adam.step([try x.transposed().matmul(error) / Double(targets.count) + weights * Self.decay])
            }
            (self.mean, self.deviation, self.weights) = (mean, deviation, weights)
        }
    }

    // MARK: - Judging

    /// The likeliest of `candidates`, which are some of `kinds`.
    /// - Precondition: it has learnt, and there are candidates.
    package func kind(of picture: Image, mask: Mask, among candidates: [String]) throws -> String {
        guard let mean, let deviation, let weights else { preconditionFailure("a probe that has learnt nothing") }
        return try withoutGradients {
            let row = try (features(picture, mask: mask).unsqueeze(0) - mean) / deviation
            let scores = try Self.withOnes(row).matmul(weights).select(0, 0).doubles()
            let chances = candidates.map { candidate in kinds.firstIndex(of: candidate).map { scores[$0] } ?? -.infinity
            }
            return candidates[chances.indices.max { chances[$0] < chances[$1] } ?? 0]
        }
    }

    /// The picture as the autoencoder gives it back.
    package func decoded(_ image: Image) throws -> Image {
        let picture = try NormalPicture(
            picture: image, foreground: nil, side: model.imageSize, latentSide: model.latentSize)
        return try withoutGradients {
            let latent = try model.encode(PictureTensors.pictures([picture.pixels]).to(device: model.device))
            return try picture.restored(Image(decoded: model.decode(latent).select(0, 0)))
        }
    }

    /// `[stages × width]`.
    private func features(_ picture: Image, mask: Mask) throws -> Tensor {
        try withoutGradients {
            let pixels = try clip.preprocessor(size: imageSize)(picture)
            let tokens = try clip.vision(pixels.to(device: clip.device), blocks: stages).patchTokens
            let grid = Int(Double(try tokens[0].size(1)).squareRoot().rounded())
            let area = mask.areaAveraged(width: grid, height: grid)
            let inside = try Tensor(area.values, [1, grid * grid])
            let outside = try 1 - inside
            let parts = try tokens.map { stage -> Tensor in
                let stage = try stage.select(0, 0).to(.float32, device: .cpu)
                func mean(_ weight: Tensor) throws -> Tensor {
                    try (weight.matmul(stage) / (weight.sum() + 1e-6)).select(0, 0)
                }
                return try mean(inside) - mean(outside)
            }
            return try Tensor.cat(parts, 0)
        }
    }

    private static func withOnes(_ rows: Tensor) throws(TensorError) -> Tensor {
        try Tensor.cat([rows, .ones([rows.size(0), 1])], 1)
    }
}
