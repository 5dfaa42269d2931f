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
            prompts: parameters.prompts?.file.path,
            cache: TokenCache(
                folder: context.store.cache.appendingPathComponent("tokens").path, limit: parameters.cacheLimit))
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

    /// The pictures of the run's own data set, then of the auxiliary one, in a fixed order.
    private func samples() throws -> [TrainSample] {
        let own = try parameters.categories.flatMap { try normalsAndSynthetic($0, role: "") }
        guard let auxiliary = parameters.auxiliary else { return own }
        let role = TrainingStage.auxiliaryRole
        return try own
            + auxiliary.categories.flatMap { category in
                switch auxiliary.use {
                case .normalsAndSynthetic: try normalsAndSynthetic(category, role: role)
                case .testSplit: try testSplit(category, role: role)
                }
            }
    }

    /// The synthetic pictures and the chosen normals of a category.
    ///
    /// - Parameter role: what stands before the roles of the category's inputs.
    private func normalsAndSynthetic(_ category: TrainingParameters.Category, role: String) throws -> [TrainSample] {
        let synthetic = try listed(role, category.name).map { picture, label in
            try picture.check()
            if label.id != picture.id { try label.check() }
            return TrainSample(
                image: picture.file("image.png").path, softLabel: label.file("soft.png").path,
                className: category.className,
                anomalous: true)
        }
        let normals = try self.normals(role, category.name).map { url in
            TrainSample(image: url.path, softLabel: nil, className: category.className, anomalous: false)
        }
        return synthetic + normals
    }

    /// The real test pictures of a category with their masks as labels.
    private func testSplit(_ category: TrainingParameters.Category, role: String) throws -> [TrainSample] {
        let ingest = try IngestedCategory(folder: try context.input("\(role)ingest:\(category.name)").data)
        return try ingest.tests.map { picture in
            guard picture.anomalous == (picture.mask != nil) else {
                throw Failure(
                    .badData,
                    picture.anomalous
                        ? "a damaged picture without mask can't be trained on" : "a good picture with a mask",
                    at: picture.id)
            }
            return TrainSample(
                image: ingest.url(picture.file).path, softLabel: picture.mask.map { ingest.url($0).path },
                className: category.className,
                anomalous: picture.anomalous)
        }
    }

    private func listed(_ role: String, _ category: String) throws -> [(picture: PooledUnit, label: PooledUnit)] {
        let object = try context.input("\(role)generate:\(category)")
        let lines: [ListedUnit] = try JSONLines.read(from: object.data.appendingPathComponent("list.jsonl"))
        return lines.map { (context.store.unit($0.unit), context.store.unit($0.labelUnit)) }
    }

    private func normals(_ role: String, _ category: String) throws -> [URL] {
        let ingest = try IngestedCategory(folder: try context.input("\(role)ingest:\(category)").data)
        let sample = try SampleRecord(folder: try context.input("\(role)sample:\(category)").data)
        let images = try ingest.images(of: sample).map { ingest.url($0.file) }
        guard parameters.normals == .reconstructed else { return images }
        guard let decoder = parameters.decoder else {
            throw Failure(
                .badManifest, "training.normals: reconstructed needs a diffusion model", at: "generation.model",
                remedy: "Name one, or train on raw normals.")
        }
        let folder = context.object.work.appendingPathComponent("reconstructed/\(role)\(category)")
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
            throw Failure(
                ExitStatus(code: error.kind.exitCode), error.message, at: context.key.description)
        }
    }
}
