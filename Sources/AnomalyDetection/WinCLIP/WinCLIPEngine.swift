import ClipModels
package import Detectors
package import EngineLink
import Foundation
import MethodKit
import NumpyFiles
import ParameterKit
import TensorCore

/// WinCLIP as a detector of the engine.
package struct WinCLIPEngine: EngineDetector {
    private let half: WinCLIP
    private let clip: CLIPModel
    private let ensemble: PromptEnsemble

    package init(_ half: WinCLIP, call: MethodCall, shelf: any TrunkShelf) throws {
        self.half = half
        clip = try shelf.clip(call.model(.clip))
        ensemble =
            try call.files["prompts"].map { try PromptEnsemble(contentsOf: URL(fileURLWithPath: $0), over: .winCLIP) }
            ?? .winCLIP
    }

    /// The fitted detector's file in its folder.
    package static let bank = "bank.safetensors"

    private func source(_ cache: FeatureCacheRequest?, _ report: WorkReport) throws -> WindowFeatureSource {
        try WindowFeatureSource(clip, half.settings, cache: FeatureCache(cache), notice: report.notice)
    }

    package func fit(_ request: FitRequest, _ report: WorkReport) throws -> FitResult {
        let normals = request.samples.filter { !$0.anomalous }.map(\.image)
        guard !normals.isEmpty else { throw DetectionError.noSamples }
        let source = try source(request.cache, report)
        try source.announce(normals)
        let bank = try withoutGradients {
            try WinCLIPBank(
                normals.enumerated().map { number, path in
                    let features = try source.features(of: path)
                    try report.progress(number + 1, normals.count, "bank")
                    return features
                })
        }
        try bank.write(to: request.output + "/" + Self.bank, sides: half.settings.windows)
        return FitResult(facts: ["normals": .int(normals.count), "patches": .int(bank.patches.bank.count)])
    }

    package func score(_ request: ApplyRequest, _ report: WorkReport) throws -> [AppliedItem] {
        let settings = half.settings, source = try source(request.cache, report)
        let vision = clip.configuration.vision
        let bank =
            settings.zeroShot
            ? nil
            : try WinCLIPBank.read(
                request.fitted(Self.bank, of: "WinCLIP"), sides: settings.windows, width: vision.shape.width,
                embedding: vision.embedding, device: clip.device)
        let text = try TextFeatures(clip: clip, ensemble: ensemble, normalizesSentences: false)(request.className)
        try source.announce(request.items.map(\.image))
        return try withoutGradients {
            try request.items.enumerated().map { number, item in
                let scores = try WinCLIPScores(
                    source.features(of: item.image), grids: source.grids, text: text,
                    temperature: settings.temperature, bank: bank)
                let map = try scores.map, (score, association) = try scores.score()
                try NumpyFile(width: source.grid, height: source.grid, values: map.to(device: .cpu).floats()).write(
                    to: item.output)
                try report.progress(number + 1, request.items.count, request.className)
                return AppliedItem(
                    score: score, parts: ["language": scores.language, "association": association])
            }
        }
    }
}
