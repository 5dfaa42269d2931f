import ExportStage
import Foundation
import Generators
import GenerationStage
import ManifestSections
import MethodKit
import ParameterKit
import Reporting
import StageKit

// Generation and its exports.

extension GraphBuilder {
    func generate(_ category: String, _ model: SampledModel, _ inputs: RunInputs, prefix: String = "") throws -> Job {
        let section = manifest.generation
        let generator = section.generator
        if let reason = generator.refusal(of: category) {
            throw Failure(.badManifest, reason, at: "generation.\(section.method.name)")
        }
        let requests = section.prompts(for: category, object: objectName(category)).map { prompt in
            GenerationParameters.Request(
                anomaly: prompt.anomaly.name, phrases: prompt.anomaly.phrases, prompt: prompt.text,
                places: prompt.places,
                share: prompt.anomaly.share, count: prompt.anomaly.count,
                place: prompt.anomaly.place.flatMap { inputs.places[$0.absolute] }, size: prompt.anomaly.size,
                strength: section.strength(of: prompt.anomaly))
        }
        let parameters = GenerationParameters(
            generator: generator,
            models: inputs.models(type(of: generator).models).mapValues { .init(url: $0.url, digest: $0.digest) },
            annotation: .init(source: manifest.annotation.source, threshold: manifest.annotation.threshold),
            requests: requests,
            imagesPerNormal: model.shots == "full" ? section.imagesPerNormal.full : section.imagesPerNormal.few,
            batch: section.batch, seed: section.seed.seed(sampling: UInt32(model.seed)),
            window: section.window, isComposite: section.composite, materials: inputs.materials,
            external: inputs.external[category], rejected: inputs.rejected?.units[category] ?? [])
        let subject = model.subject(category, prefix: prefix)
        var jobInputs = ["sample": JobKey("sample", subject)]
        if !(generator is any TakenGenerator) {
            // Pictures made elsewhere don't use this run's normals.
            jobInputs["ingest"] = JobKey("ingest", prefix + category)
            jobInputs["foreground"] = foreground(category, model, prefix: prefix)
        }
        return try GenerationStage.job(
            subject: subject, category: category, inputs: jobInputs, parameters: parameters, engines: engines)
    }

    /// One for each layout.
    func exports(_ categories: [String], _ model: SampledModel, _ inputs: RunInputs) throws -> [PlannedExport] {
        let generator = manifest.generation.generator
        // A label's meaning may depend on the strength.
        let weakest = manifest.generation.dialledGenerators.first ?? generator
        let drawing = inputs.models(type(of: generator).models)
        let roles = type(of: generator).models
        let facts = ExportStage.GeneratorFacts(
            phrase: generator.phrase(models: drawing.mapValues(\.written)), labelMeaning: weakest.labelMeaning,
            models: roles.compactMap { role in drawing[role].map { .init(role: role, terms: $0.terms) } },
            isTrained: drawing.values.allSatisfy(\.isTrained), materials: generator.materials?.written,
            source: (generator as? any TakenGenerator)?.source?.written)
        let jobInputs = perCategory(categories) { category in
            [
                "ingest:\(category)": JobKey("ingest", category),
                "sample:\(category)": JobKey("sample", model.subject(category)),
                "generate:\(category)": JobKey("generate", model.subject(category)),
            ]
        }
        return try manifest.exportLayouts.map { layout in
            let parameters = ExportStage.Parameters(
                name: "\(manifest.name)-\(model.label)", layout: layout, categories: categories,
                compression: manifest.export.compression, wishes: manifest.export.wishes(seed: model.seed),
                manifest: try exportManifest(model, type(of: layout)), generator: facts,
                strip: manifest.export.strip)
            let job = ExportStage.job(
                subject: model.subject(layout: type(of: layout).name), inputs: jobInputs, parameters: parameters)
            return PlannedExport(
                shots: model.shots, seed: model.seed, parameters: parameters, job: model.marking([job])[0])
        }
    }

    /// The manifest reduced to keys that determine an export's contents: only its own shot count, seed and layout,
    /// and no detectors. So another shot count, layout or measurement doesn't change an export.
    private func exportManifest(_ model: SampledModel, _ layout: any Method.Type) throws -> String {
        var own = manifest
        own.export = try own.export.only(layout)
        own.sampling.shots = [Int(model.shots).map { .count($0) } ?? .full]
        own.sampling.seeds = [model.seed]
        return own.askedText(
            sections: [
                "version", "name", "dataset", "models", "foreground", "sampling", "generation", "annotation", "export",
            ])
    }
}
