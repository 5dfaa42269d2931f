import AnomalyGeneration
import DiffusionModels
import Foundation
import NeuralNet
import TensorCore

/// A fresh generator on the thin model, and a scratch folder that goes with it.
final class ThinBench {
    let folder: URL
    let model: LatentDiffusionModel
    let generator: CUTGenerator

    init(model other: LatentDiffusionModel? = nil) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("cut-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        model = try other ?? ThinModel.shared.get()
        generator = try CUTGenerator(model: model)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    /// A request for one run of the reference; the seeds can be others.
    func request(_ run: CUTReference.Run, seeds: [UInt32]? = nil, to name: String = "out", traced: Bool = true)
        -> GenerationRequest
    {
        let seeds = seeds ?? [run.seed]
        return GenerationRequest(
            image: Goldens.path("cut_\(run.name).png"), mask: Goldens.path("cut_\(run.name)_mask.png"),
            prompt: run.prompt,
            words: run.words, settings: run.settings, seeds: seeds,
            outputs: seeds.indices.map { path("\(name)-\($0)") },
            traces: traced ? seeds.indices.map { path("\(name)-\($0).safetensors") } : nil)
    }

    func trace(_ name: String) throws -> [String: Tensor] { try SafetensorsFile(path("\(name).safetensors")).all() }
}
