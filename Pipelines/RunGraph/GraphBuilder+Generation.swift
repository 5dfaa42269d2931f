import ExportStage
import Foundation
import Generators
import GenerationStage
import ManifestSections
import MethodKit
import ParameterKit
import PictureGate
import Reporting
import StageKit

// Generation and its exports.

extension GraphBuilder {
    func generate(_ category: String, _ model: SampledModel, _ inputs: RunInputs, prefix: String = "") throws -> Job {
        let section = manifest.generation
        let drawers = try section.generators.map { generator, _ throws(Failure) in
            if let reason = generator.refusal(of: category) {
                throw Failure(.badManifest, reason, at: "generation.\(generator.methodName)")
            }
            return GenerationParameters.Drawer(
                generator,
                models: inputs.models(type(of: generator).models).mapValues { .init(url: $0.url, digest: $0.digest) },
                materials: inputs.materials[generator.methodName])
        }
        let requests = section.prompts(for: category, object: objectName(category)).flatMap { prompt in
            section.portions(of: prompt.anomaly).map { method, share, count in
                GenerationParameters.Request(
                    anomaly: prompt.anomaly.name, phrases: prompt.anomaly.phrases, prompt: prompt.text,
                    places: prompt.places, share: share, count: count,
                    place: prompt.anomaly.place.flatMap { inputs.places[$0.absolute] }, size: prompt.anomaly.size,
                    strength: section.strength(of: prompt.anomaly), method: method)
            }
        }
        let parameters = GenerationParameters(
            drawers: drawers,
            annotation: .init(source: manifest.annotation.source, threshold: manifest.annotation.threshold),
            requests: requests,
            imagesPerNormal: model.shots == "full" ? section.imagesPerNormal.full : section.imagesPerNormal.few,
            batch: section.batch, seed: section.seed.seed(sampling: UInt32(model.seed)),
            window: section.window, isComposite: section.composite,
            external: inputs.external[category], rejected: inputs.rejected?.units[category] ?? [],
            gate: manifest.quality.enabled ? manifest.quality : nil)
        let subject = model.subject(category, prefix: prefix)
        var jobInputs = ["sample": JobKey("sample", subject)]
        if !(section.generator is any TakenGenerator) {
            // Pictures made elsewhere don't use this run's normals.
            jobInputs["ingest"] = JobKey("ingest", prefix + category)
            jobInputs["foreground"] = foreground(category, model, prefix: prefix)
        }
        return try GenerationStage.job(
            subject: subject, category: category, inputs: jobInputs, parameters: parameters, engines: engines)
    }

    /// One for each layout.
    func exports(_ categories: [String], _ model: SampledModel, _ inputs: RunInputs) throws -> [PlannedExport] {
        let section = manifest.generation
        let roles = section.generators.flatMap { type(of: $0.generator).models }
        let drawing = inputs.models(roles)
        let facts = ExportStage.GeneratorFacts(
            phrase: section.phrase(models: drawing.mapValues(\.written)), labelMeaning: section.labelMeaning,
            models: roles.compactMap { role in drawing[role].map { .init(role: role, terms: $0.terms) } },
            isTrained: drawing.values.allSatisfy(\.isTrained),
            materials: section.generators.compactMap { $0.generator.materials?.written }.first,
            source: (section.generator as? any TakenGenerator)?.source?.written)
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
                "version", "name", "dataset", "models", "foreground", "sampling", "generation", "annotation", "quality",
                "export",
            ])
    }
}
