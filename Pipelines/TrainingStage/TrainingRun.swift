import AnomalyDatasets
import EngineLink
import Foundation
import StageKit

/// One run of the stage: gathers the samples, has the engine train, keeps the adapters.
struct TrainingRun {
    let context: JobContext
    let parameters: TrainingParameters
    let engine: EngineRoom

    func run() throws -> Job.Outcome {
        let work = context.object.work
        let output = work.appendingPathComponent("adapters.safetensors")
        let request = TrainRequest(
            model: parameters.model.path, samples: try samples(), parameters: parameters.vlad, seed: parameters.seed,
            checkpoints: work.appendingPathComponent("checkpoints").path,
            // About twenty checkpoints a training: what a kill costs stays below a twentieth of the work.
            checkpointEvery: max(1, parameters.vlad.epochs / 20), output: output.path,
            cache: context.store.cache.appendingPathComponent("tokens").path)
        guard !request.samples.isEmpty else {
            throw Failure(.failed, "there is nothing to train on", at: context.key.description)
        }
        guard case .train(let result) = try call(.train(request), total: parameters.vlad.epochs) else {
            throw Failure(.internalError, "the engine answered train with something else")
        }
        try DurableFile.syncFile(output)
        try DurableFile.rename(output, to: TrainingStage.adapters(of: context.object))
        let report: JSONValue = [
            "samples": .int(request.samples.count), "anomalous": .int(request.samples.count(where: \.anomalous)),
            "losses": .array(result.losses.map { .double($0) }),
        ]
        try DurableFile.write(report.prettyText, to: context.object.data.appendingPathComponent("training.json"))
        return .complete
    }

    /// The synthetic pictures and the k normals of every category, in a fixed order.
    private func samples() throws -> [TrainSample] {
        try parameters.categories.flatMap { category in
            let synthetic = try listed(category.name).map { picture, label in
                try picture.check()
                if label.id != picture.id { try label.check() }
                return TrainSample(
                    image: picture.file("image.png").path, softLabel: label.file("soft.png").path,
                    className: category.className, anomalous: true)
            }
            let normals = try self.normals(category.name).map { url in
                TrainSample(image: url.path, softLabel: nil, className: category.className, anomalous: false)
            }
            return synthetic + normals
        }
    }

    private func listed(_ category: String) throws -> [(picture: PooledUnit, label: PooledUnit)] {
        let object = try context.input("generate:\(category)")
        let lines: [ListedUnit] = try JSONLines.read(from: object.data.appendingPathComponent("list.jsonl"))
        return lines.map { (context.store.unit($0.unit), context.store.unit($0.labelUnit)) }
    }

    private func normals(_ category: String) throws -> [URL] {
        let ingest = try IngestedCategory(folder: try context.input("ingest:\(category)").data)
        let sample = try SampleRecord(folder: try context.input("sample:\(category)").data)
        let images = try ingest.images(of: sample).map { ingest.url($0.file) }
        guard parameters.normals == .reconstructed else { return images }
        guard let decoder = parameters.decoder else {
            throw Failure(
                .badManifest, "training.normals: reconstructed needs a diffusion model", at: "generation.model",
                remedy: "Name one, or train on raw normals.")
        }
        let folder = context.object.work.appendingPathComponent("reconstructed/\(category)")
        try DurableFile.makeFolder(folder)
        let outputs = images.indices.map { folder.appendingPathComponent("\($0).png") }
        let request = ReconstructRequest(
            model: decoder.model.path, images: images.map(\.path), outputs: outputs.map(\.path), dtype: decoder.dtype)
        _ = try call(.reconstruct(request), total: parameters.vlad.epochs)
        return outputs
    }

    private func call(_ operation: EngineOperation, total: Int) throws -> EngineResult {
        do throws(EngineFailure) {
            return try engine.call(
                operation, progress: { done, total, note in context.progress(done, of: total, note) },
                notice: { context.notice($0) })
        } catch {
            throw Failure(ExitStatus(rawValue: error.kind.exitCode) ?? .failed, error.message, at: context.key.description)
        }
    }
}
