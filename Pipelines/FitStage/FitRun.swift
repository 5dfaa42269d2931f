import AnomalyDatasets
import DetectorEvaluation
import EngineLink
import Foundation
import MethodKit
import ParameterKit
import StageKit

/// One run of the stage: gathers the samples, has the engine fit the detector, and keeps its files.
struct FitRun {
    let context: JobContext
    let parameters: FitParameters
    let engine: EngineRoom

    func run() throws -> Job.Outcome {
        let output = context.object.work.appendingPathComponent("fitted")
        let request = FitRequest(
            call: parameters.detector.call, samples: try samples(), seed: parameters.seed,
            work: context.object.work.appendingPathComponent("checkpoints").path, output: output.path,
            cache: FeatureCacheRequest(
                folder: context.store.cache.appendingPathComponent("tokens").path, limit: parameters.cacheLimit))
        guard !request.samples.isEmpty else {
            throw Failure(.failed, "there is nothing to fit a detector on", at: context.key.description)
        }
        try DurableFile.remove(output)
        try DurableFile.makeFolder(output)
        guard case .fitted(let result) = try call(.fit(request)) else {
            throw Failure(.internalError, "the engine answered fit with something else")
        }
        for path in try StoredObject.files(under: output) {
            let (file, kept) = (output.appendingPathComponent(path), context.object.data.appendingPathComponent(path))
            try DurableFile.makeFolder(kept.deletingLastPathComponent())
            try DurableFile.syncFile(file)
            try DurableFile.rename(file, to: kept)
        }
        let report: JSONValue = [
            "samples": .int(request.samples.count), "anomalous": .int(request.samples.count(where: \.anomalous)),
            "facts": result.facts,
        ]
        try DurableFile.write(report.prettyText, to: context.object.data.appendingPathComponent("fit.json"))
        return .complete
    }

    /// The pictures of the run's own data set, then of the auxiliary one, in a fixed order.
    private func samples() throws -> [FitSample] {
        let own = try parameters.categories.flatMap { try normalsAndSynthetic($0, role: "") }
        guard let auxiliary = parameters.learntAuxiliary else { return own }
        let role = FitStage.auxiliaryRole
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
    /// - Parameter role: prefix of the roles of the category's inputs.
    private func normalsAndSynthetic(_ category: FitParameters.Category, role: String) throws -> [FitSample] {
        let lessons = parameters.detector.detector.lessons
        let pictures = try lessons.contains(.synthetic) ? listed(role, category.name) : []
        let synthetic = try pictures.map { picture, label in
            try picture.check()
            if label.id != picture.id { try label.check() }
            return FitSample(
                image: picture.file("image.png").path, softLabel: label.file("soft.png").path,
                className: category.className,
                anomalous: true)
        }
        let normals = try (lessons.contains(.normals) ? self.normals(role, category.name) : []).map { url in
            FitSample(image: url.path, softLabel: nil, className: category.className, anomalous: false)
        }
        return synthetic + normals
    }

    /// The real test pictures of a category with their masks as labels.
    private func testSplit(_ category: FitParameters.Category, role: String) throws -> [FitSample] {
        let ingest = try IngestedCategory(folder: try context.input("\(role)ingest:\(category.name)").data)
        return try ingest.tests.map { picture in
            guard picture.anomalous == (picture.mask != nil) else {
                throw Failure(
                    .badData,
                    picture.anomalous
                        ? "a damaged picture without mask can't be trained on" : "a good picture with a mask",
                    at: picture.id)
            }
            return FitSample(
                image: ingest.url(picture.file).path, softLabel: picture.mask.map { ingest.url($0).path },
                className: category.className,
                anomalous: picture.anomalous)
        }
    }

    private func listed(_ role: String, _ category: String) throws -> [(picture: PooledUnit, label: PooledUnit)] {
        let object = try context.input("\(role)generate:\(category)")
        var lines: [ListedUnit] = try JSONLines.read(from: object.data.appendingPathComponent("list.jsonl"))
        if role.isEmpty, let aside = parameters.aside {
            let (ingest, sample) = try source(role, category)
            let held = aside.normals(try ingest.images(of: sample), of: sample).held
            lines = aside.pictures(lines, of: sample, normals: held).kept
        }
        return lines.map { (context.store.unit($0.imageUnit), context.store.unit($0.labelUnit)) }
    }

    private func source(_ role: String, _ category: String) throws -> (IngestedCategory, SampleRecord) {
        (
            try IngestedCategory(folder: try context.input("\(role)ingest:\(category)").data),
            try SampleRecord(folder: try context.input("\(role)sample:\(category)").data)
        )
    }

    private func normals(_ role: String, _ category: String) throws -> [URL] {
        let (ingest, sample) = try source(role, category)
        let chosen = try ingest.images(of: sample)
        let kept = role.isEmpty ? parameters.aside?.normals(chosen, of: sample).kept ?? chosen : chosen
        let images = kept.map { ingest.url($0.file) }
        guard parameters.normals == .reconstructed else { return images }
        guard let decoder = parameters.decoder else {
            throw Failure(
                .badManifest, "training.normals: reconstructed needs a diffusion model", at: "models.diffusion",
                remedy: "Name one, or train on raw normals.")
        }
        let folder = context.object.work.appendingPathComponent("reconstructed/\(role)\(category)")
        try DurableFile.makeFolder(folder)
        let outputs = images.indices.map { folder.appendingPathComponent("\($0).png") }
        let request = ReconstructRequest(
            model: decoder.model.path, images: images.map(\.path), outputs: outputs.map(\.path), dtype: decoder.dtype)
        _ = try call(.reconstruct(request))
        return outputs
    }

    private func call(_ operation: EngineOperation) throws -> EngineResult {
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
