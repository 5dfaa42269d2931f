package import ClipModels
package import Detectors
import Foundation
import Imaging
import NeuralNet
import NumpyFiles
import TensorCore

/// What is to be scored, and with what.
package struct VLADDetection: Sendable {
    package struct Picture: Sendable, Equatable {
        package var image: String
        /// .npy, float32, `[grid, grid]`: w₁ M_VL + w₂ M_VV before upsampling.
        package var map: String
        package init(image: String, map: String) { (self.image, self.map) = (image, map) }
    }

    /// safetensors from a training.
    package var adapters: String
    package var className: String
    /// The k normals of this category; none: the vision-vision branch is 0.
    package var references: [String]
    package var pictures: [Picture]
    package var settings: VLADSettings
    package var recipe = AdapterRecipe.vlad
    package var ensemble = PromptEnsemble()
    package var cache = FeatureCache()
    /// Bytes of adapted tokens, of references or of pictures, that are held at a time.
    package var bankLimit = 1 << 30

    package init(adapters: String, className: String, references: [String], pictures: [Picture], settings: VLADSettings)
    {
        (self.adapters, self.className, self.references) = (adapters, className, references)
        (self.pictures, self.settings) = (pictures, settings)
    }
}

package struct VLADScore: Sendable, Equatable {
    /// S = w₁ S_VL + w₂ max M_VV; of APRIL-GAN (S_VL + max M / stages) / 2.
    package var score: Double
    /// S_VL.
    package var visionLanguage: Double
    /// The maximum of M_VV, upsampled to the network's size.
    package var visionVision: Double
    /// Of APRIL-GAN the maximum of M, upsampled likewise; nil of VLAD, whose score has no use for it.
    package var map: Double?
}

/// Scores pictures with adapters and a memory bank of normals.
///
/// *Source*: paper section A.2, equations 8 and 9.
package final class VLADDetector {
    private let detection: VLADDetection
    private let report: WorkReport
    private let clip: CLIPModel
    private let source: FeatureSource
    private let adapters: VLADAdapters

    /// Scores every picture and writes its map.
    ///
    /// - Returns: one score per picture, in the order asked.
    /// - Throws: `DetectionError`, `ImageError`, `CLIPError`, `WeightsError`, `TensorError`, and whatever
    ///   `report.progress` throws.
    package static func run(_ detection: VLADDetection, clip: CLIPModel, report: WorkReport = WorkReport()) throws
        -> [VLADScore]
    {
        try withoutGradients { try VLADDetector(detection, clip, report).run() }
    }

    private init(_ detection: VLADDetection, _ clip: CLIPModel, _ report: WorkReport) throws {
        (self.detection, self.clip, self.report) = (detection, clip, report)
        adapters = try VLADAdapters.load(detection.adapters, for: clip, settings: detection.settings)
        source = try FeatureSource(
            clip, detection.settings, ensemble: detection.ensemble, cache: detection.cache, notice: report.notice)
    }

    private func run() throws -> [VLADScore] {
        let text = try source.text(of: detection.className).unsqueeze(0)
        try source.announce(pictures: detection.references + detection.pictures.map(\.image), labels: [])
        let bank = try bank()
        var scores: [VLADScore] = []
        for part in bank.portions(of: detection.pictures) {
            let files = try part.map { try source.file($0.image) }
            let features = try files.map { try source.features(of: $0) }
            let distances = try bank.distances(of: features.map { try bankTokens($0) })
            for (index, picture) in part.enumerated() {
                scores.append(try score(picture, features[index], distances[index], text))
                try report.progress(scores.count, detection.pictures.count, detection.className)
            }
        }
        return scores
    }

    /// Per stage `[1, P, width]`, float32, on the model's device.
    private func patchTokens(_ features: FrozenFeatures) throws -> [Tensor] {
        try features.patchTokens.map { try $0.unsqueeze(0).to(device: clip.device).to(.float32) }
    }

    private func bank() throws -> MemoryBank {
        let files = try detection.references.map { try source.file($0) }
        guard detection.settings.coreset < 1, !files.isEmpty else {
            return MemoryBank(blocks: files.count, limit: detection.bankLimit) { [self] index in
                try bankTokens(source.features(of: files[index]))
            }
        }
        let chosen = try coreset(of: files)
        return MemoryBank(blocks: 1, limit: .max) { _ in chosen }
    }

    /// The chosen tokens that represent all normals, per stage `[1, n, C]`; cached like the tokens themselves.
    private func coreset(of files: [PictureFile]) throws -> [Tensor] {
        let settings = detection.settings
        let names = settings.stages.map { "stage\($0)" }
        let asked = """
            coreset \(settings.coreset) of \(settings.bank) tokens, adapters \(try PictureFile(detection.adapters).digest)
            \(files.map(\.digest).joined(separator: "\n"))
            """
        let found = try source.remembered(asked, names: names) {
            var tensors: [String: Tensor] = [:]
            for (stage, name) in names.enumerated() {
                // Stage by stage: the projected tokens of all normals are held, 0.7 MB a normal, the tokens themselves
                // are not.
                var projected: [Tensor] = []
                for file in files {
                    let tokens = try bankTokens(source.features(of: file), stage: stage).squeeze(0)
                    let directions = try Coreset.projection(width: tokens.size(1), device: clip.device)
                    projected.append(try tokens.products(withRowsOf: directions))
                }
                let points = try Tensor.cat(projected, 0)
                let patches = try points.size(0) / files.count
                let count = max(1, Int((Double(try points.size(0)) * settings.coreset).rounded()))
                let chosen = try Coreset.choose(points, count: count).sorted()
                let rows = Dictionary(grouping: chosen) { $0 / patches }
                var kept: [Tensor] = []
                for (number, file) in files.enumerated() {
                    guard let own = rows[number] else { continue }
                    let tokens = try bankTokens(source.features(of: file), stage: stage).squeeze(0)
                    kept.append(try tokens.indexSelect(0, own.map { $0 % patches }))
                }
                tensors[name] = try Tensor.cat(kept, 0).to(device: .cpu)
            }
            return tensors
        }
        return try names.compactMap { try found[$0]?.unsqueeze(0).to(device: clip.device) }
    }

    /// The tokens that the memory bank compares: per stage `[1, P, C]`, or raw `[1, P, width]`, of length 1.
    private func bankTokens(_ features: FrozenFeatures) throws -> [Tensor] {
        try features.patchTokens.indices.map { try bankTokens(features, stage: $0) }
    }

    private func bankTokens(_ features: FrozenFeatures, stage: Int) throws -> Tensor {
        let tokens = try features.patchTokens[stage].unsqueeze(0).to(device: clip.device).to(.float32)
        return switch detection.settings.bank {
        case .adapted: try adapters.stages[stage](tokens).normalized()
        case .raw: try tokens.normalized()
        }
    }

    private func score(
        _ picture: VLADDetection.Picture, _ features: FrozenFeatures, _ distances: Tensor, _ text: Tensor
    ) throws -> VLADScore {
        let settings = detection.settings
        let language = try VisionLanguageScores(
            adapters, patchTokens: patchTokens(features),
            imageToken: features.imageToken.unsqueeze(0).to(device: clip.device), text: text,
            imageScore: settings.imageScore, upsampling: source.upsampling)
        let languageMap = try language.map()  // [1, grid, grid]
        let visionMap = try distances.reshape(languageMap.shape)
        let weights = settings.mapWeights
        let map = try languageMap * weights[0] + visionMap * weights[1]
        try NumpyFile(width: map.shape[2], height: map.shape[1], values: map.floats()).write(to: picture.map)
        let visionLanguage = try language.image.select(0, 0).select(0, 1).item()
        let visionVision = try source.upsampling(visionMap).max().item()
        var found = VLADScore(score: 0, visionLanguage: visionLanguage, visionVision: visionVision)
        switch detection.recipe {
        case .vlad: found.score = settings.weights[0] * visionLanguage + settings.weights[1] * visionVision
        case .aprilGAN:
            let highest = try source.upsampling(map).max().item()
            // Divided by the most that the language branch alone can reach.
            (found.score, found.map) = ((visionLanguage + highest / Double(settings.stages.count)) / 2, highest)
        }
        return found
    }
}
