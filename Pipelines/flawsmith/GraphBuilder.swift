import AnomalyDatasets
import AssessmentStage
import DetectionStage
import DetectorEvaluation
import EngineLink
import EvaluationMetrics
import ExportStage
import ForegroundStage
import Foundation
import GenerationStage
import IngestStage
import ManifestKit
import ReportStage
import SamplingStage
import StageKit
import TrainingStage

/// From a manifest to its jobs: per category up to generation, then per shot count and seed, then the report.
struct GraphBuilder {
    let manifest: Manifest
    let store: ArtifactStore
    let engines: EnginePool
    let notice: (String) -> Void

    private typealias Model = ReportParameters.Model

    func graph() throws -> JobGraph {
        let digests = DigestCache(store: store)
        let survey = try IngestStage.survey(source, store: store, digests: digests)
        let auxiliary = try AuxiliaryData(manifest, store: store, digests: digests)
        try manifest.checkCategories(among: survey.categories, auxiliary: auxiliary?.survey.categories ?? [])
        let categories = manifest.dataset.categories ?? survey.categories
        let diffusion = try generationModel(digests)
        let drawnOn = categories + (auxiliary?.isDrawnOn ?? false ? auxiliary?.categories ?? [] : [])
        let materials = try Materials(manifest.generation, categories: drawnOn, store: store, digests: digests)
        let prompts = try manifest.training?.prompts.map { try promptFile($0, digests) }
        let clip = try manifest.training.map { try ModelFolder($0.model.absolute, digests: digests) }

        var jobs = try IngestStage.jobs(survey, categories: categories)
        if let auxiliary {
            let own = try IngestStage.jobs(
                auxiliary.survey, categories: auxiliary.categories, prefix: AuxiliaryData.prefix)
            try auxiliary.checkApart(own, from: jobs)
            jobs += own
        }
        for category in categories { jobs.append(try foreground(category)) }
        for model in models {
            for category in categories { jobs.append(try sample(category, model)) }
        }
        for model in models {
            for category in categories { jobs.append(try generate(category, model, diffusion, materials)) }
        }
        for model in models { jobs.append(try export(categories, model, diffusion)) }
        guard let training = manifest.training, let clip else { return try JobGraph(jobs) }
        if let auxiliary, auxiliary.isDrawnOn {
            for category in auxiliary.categories { jobs += try drawn(category, auxiliary, diffusion, materials) }
        }
        for model in models { jobs.append(try train(categories, auxiliary, model, training, clip, prompts, diffusion)) }
        for model in models {
            for category in categories { jobs.append(try detect(category, model, training, clip, prompts)) }
        }
        let lpips = try LPIPSWeights(manifest.report, digests: digests, notice: notice)
        for category in categories {
            jobs.append(
                try RealFeatures.job(
                    category: category, ingest: JobKey("ingest", category), model: clip.url, modelDigest: clip.digest,
                    engines: engines))
        }
        for model in models {
            for category in categories { jobs.append(try assess(category, model, training, clip, lpips)) }
        }
        jobs.append(report(categories, auxiliary, training, lpips, untrained: untrained(diffusion, clip)))
        return try JobGraph(jobs)
    }

    private var source: IngestStage.Source {
        IngestStage.Source(
            path: URL(fileURLWithPath: manifest.dataset.path.absolute), written: manifest.dataset.path.written,
            layout: DatasetLayout(rawValue: manifest.dataset.kind.rawValue))
    }

    /// Shot counts in the manifest's order, each with every seed.
    private var models: [Model] {
        manifest.sampling.shots.flatMap { shots in
            manifest.sampling.seeds.map { Model(shots: shots.description, seed: Int($0)) }
        }
    }

    /// The resolved manifest as far as it decides what an export holds: its own shot count and seed, nothing of the
    /// detector. So another shot count, or another way to measure, leaves an export as it is.
    private func exportManifest(shots: String, seed: Int) throws -> String {
        let own = try Manifest.parse(
            Array(manifest.resolvedText.utf8), file: "manifest.resolved.yaml", directory: "/",
            overrides: ["sampling.shots=[\(shots)]", "sampling.seeds=[\(seed)]", "training=none", "auxiliary=none"])
        let others = ["training", "evaluation", "report", "cache"]
        var keeps = true
        return own.resolvedText.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
            // A section's name stands at the start of a line, what belongs to it is indented.
            if let first = line.first, first != " ", first != "#" {
                keeps = !others.contains { line.hasPrefix($0 + ":") }
            }
            return keeps
        }.joined(separator: "\n")
    }

    private func promptFile(_ path: ManifestPath, _ digests: DigestCache) throws -> (file: URL, digest: String) {
        guard FileManager.default.fileExists(atPath: path.absolute) else {
            throw Failure(
                .inputMissing, "no such file", at: path.written,
                remedy: "training.prompts names a JSON file of sentences.")
        }
        let file = URL(fileURLWithPath: path.absolute)
        return (file, try digests.sha256(file))
    }

    private func generationModel(_ digests: DigestCache) throws -> ModelFolder? {
        // Reconstructed normals need the model whatever draws the damage.
        let isNeeded = manifest.generation.method == .cut || manifest.training?.normals == .reconstructed
        guard isNeeded, let model = manifest.generation.model else { return nil }
        return try ModelFolder(model.absolute, digests: digests)
    }

    private func objectName(_ category: String) -> String {
        manifest.dataset.objects[category] ?? PromptNames.name(of: category)
    }

    /// For the detector's sentences, which have a table of their own; the manifest's own words come first.
    private func className(_ category: String) -> String { manifest.dataset.objects[category] ?? category }

    private var comparison: MapComparison {
        MapComparison(size: manifest.evaluation.size, smoothing: manifest.evaluation.smoothing)
    }

    private func untrained(_ diffusion: ModelFolder?, _ clip: ModelFolder) -> [String] {
        var phrases: [String] = []
        if let diffusion, !diffusion.isTrained, manifest.generation.method == .cut {
            phrases.append("the diffusion model \(manifest.generation.model?.written ?? "")")
        }
        if !clip.isTrained { phrases.append("the CLIP \(manifest.training?.model.written ?? "")") }
        return phrases
    }

    // MARK: - One job each

    private func foreground(_ category: String, prefix: String = "") throws -> Job {
        try ForegroundStage.job(
            category: category, ingest: JobKey("ingest", prefix + category),
            request: ForegroundRequest(manifest.foreground.settings(for: category)))
    }

    private func sample(_ category: String, _ model: Model, prefix: String = "") throws -> Job {
        try SamplingStage.job(
            subject: "\(prefix)\(category)/\(model.label)", category: category,
            ingest: JobKey("ingest", prefix + category),
            shots: Int(model.shots), seed: model.seed,
            order: manifest.sampling.order == .random ? .random : .consecutive)
    }

    /// The jobs of an auxiliary category of which normals are used: masks, choice, generation.
    private func drawn(
        _ category: String, _ auxiliary: AuxiliaryData, _ diffusion: ModelFolder?, _ materials: Materials
    ) throws -> [Job] {
        let prefix = AuxiliaryData.prefix
        var mask = try foreground(category, prefix: prefix)
        mask.key.subject = prefix + category
        let jobs = [
            mask, try sample(category, auxiliary.model, prefix: prefix),
            try generate(category, auxiliary.model, diffusion, materials, prefix: prefix),
        ]
        return jobs.map { job in
            var job = job
            job.category = prefix + category
            return job
        }
    }

    private func generate(
        _ category: String, _ model: Model, _ diffusion: ModelFolder?, _ materials: Materials, prefix: String = ""
    ) throws -> Job {
        let section = manifest.generation
        let requests = section.prompts(for: category, object: objectName(category)).map { prompt in
            GenerationParameters.Request(
                anomaly: prompt.anomaly.name, phrases: prompt.anomaly.phrases, prompt: prompt.text,
                share: prompt.anomaly.share)
        }
        let parameters = GenerationParameters(
            method: .init(section.method), model: diffusion?.url, modelDigest: diffusion?.digest,
            preset: section.preset.rawValue, cut: CUTParameters(section), annotation: .init(manifest.annotation),
            requests: requests,
            imagesPerNormal: model.shots == "full" ? section.imagesPerNormalFull : section.imagesPerNormalFew,
            batch: section.batch, seed: section.seed.seed(sampling: UInt32(model.seed)), textures: materials.textures,
            external: materials.external[category])
        let subject = "\(prefix)\(category)/\(model.label)"
        var inputs = ["sample": JobKey("sample", subject)]
        if section.method != .external {
            // Pictures made elsewhere are made of no normal here.
            inputs["ingest"] = JobKey("ingest", prefix + category)
            inputs["foreground"] = JobKey("foreground", prefix + category)
        }
        return try GenerationStage.job(
            subject: subject, category: category, inputs: inputs, parameters: parameters, engines: engines)
    }

    private func export(_ categories: [String], _ model: Model, _ diffusion: ModelFolder?) throws -> Job {
        // A model that only reconstructs normals for the detector has no part in what is exported.
        let drawing = manifest.generation.method == .cut ? diffusion : nil
        return try ExportStage.job(
            subject: model.label,
            inputs: perCategory(categories) { category in
                [
                    "ingest:\(category)": JobKey("ingest", category),
                    "sample:\(category)": JobKey("sample", "\(category)/\(model.label)"),
                    "generate:\(category)": JobKey("generate", "\(category)/\(model.label)"),
                ]
            },
            parameters: ExportStage.Parameters(
                name: "\(manifest.name)-\(model.label)", categories: categories,
                compression: manifest.export.compression.rawValue,
                manifest: try exportManifest(shots: model.shots, seed: model.seed),
                generator: manifest.generation.phrase,
                modelTerms: drawing?.terms, isTrained: drawing?.isTrained ?? true,
                textures: manifest.generation.textures?.written, external: manifest.generation.external?.written))
    }

    private func train(
        _ categories: [String], _ auxiliary: AuxiliaryData?, _ model: Model, _ section: TrainingSection,
        _ clip: ModelFolder,
        _ prompts: (file: URL, digest: String)?, _ diffusion: ModelFolder?
    ) throws -> Job {
        let parameters = TrainingParameters(
            model: clip.url, modelDigest: clip.digest, vlad: VLADParameters(section, manifest.evaluation),
            prompts: prompts,
            seed: section.seed.seed(sampling: UInt32(model.seed)),
            normals: section.normals == .raw ? .raw : .reconstructed,
            decoder: diffusion.map { ($0.url, $0.digest, manifest.generation.dtype.rawValue) },
            categories: categories.map { .init(name: $0, className: className($0)) },
            auxiliary: auxiliary.map { data in
                .init(
                    use: data.isDrawnOn ? .normalsAndSynthetic : .testSplit,
                    categories: data.categories.map { .init(name: $0, className: className($0)) })
            },
            cacheLimit: manifest.cache.limit)
        let inputs = perCategory(categories) { category in
            [
                "ingest:\(category)": JobKey("ingest", category),
                "sample:\(category)": JobKey("sample", "\(category)/\(model.label)"),
                "generate:\(category)": JobKey("generate", "\(category)/\(model.label)"),
            ]
        }
        return try TrainingStage.job(
            subject: model.label, inputs: inputs.merging(auxiliary?.inputs ?? [:]) { own, _ in own },
            parameters: parameters, engines: engines)
    }

    private func detect(
        _ category: String, _ model: Model, _ section: TrainingSection, _ clip: ModelFolder,
        _ prompts: (file: URL, digest: String)?
    ) throws -> Job {
        let parameters = DetectionParameters(
            model: clip.url, modelDigest: clip.digest, className: className(category),
            vlad: VLADParameters(section, manifest.evaluation), prompts: prompts, comparison: comparison,
            cacheLimit: manifest.cache.limit)
        return try Detection.job(
            subject: "\(category)/\(model.label)", category: category,
            inputs: [
                "ingest": JobKey("ingest", category), "sample": JobKey("sample", "\(category)/\(model.label)"),
                "train": JobKey("train", model.label),
            ], parameters: parameters, engines: engines)
    }

    private func assess(
        _ category: String, _ model: Model, _ section: TrainingSection, _ clip: ModelFolder, _ lpips: LPIPSWeights
    ) throws -> Job {
        let parameters = AssessmentParameters(
            model: clip.url, modelDigest: clip.digest, imageSize: section.imageSize,
            sentences: manifest.generation.prompts(for: category, object: objectName(category)).map {
                ($0.anomaly.name, $0.text)
            },
            lpips: lpips.found)
        return try Assessment.job(
            subject: "\(category)/\(model.label)", category: category,
            inputs: [
                "ingest": JobKey("ingest", category), "foreground": JobKey("foreground", category),
                "embed": JobKey("embed", category),
                "sample": JobKey("sample", "\(category)/\(model.label)"),
                "generate": JobKey("generate", "\(category)/\(model.label)"),
            ], parameters: parameters, engines: engines)
    }

    private func report(
        _ categories: [String], _ auxiliary: AuxiliaryData?, _ section: TrainingSection, _ lpips: LPIPSWeights,
        untrained: [String]
    ) -> Job {
        var inputs = perCategory(categories) {
            ["ingest:\($0)": JobKey("ingest", $0), "embed:\($0)": JobKey("embed", $0)]
        }
        for category in auxiliary?.categories ?? [] {
            inputs["auxiliary:\(category)"] = JobKey("ingest", AuxiliaryData.prefix + category)
        }
        for model in models {
            for category in categories {
                inputs["detect:\(category):\(model.label)"] = JobKey("detect", "\(category)/\(model.label)")
                inputs["assess:\(category):\(model.label)"] = JobKey("assess", "\(category)/\(model.label)")
            }
        }
        return ReportStage.job(
            inputs: inputs,
            parameters: ReportParameters(
                name: manifest.name, compareWithPaper: manifest.report.compareWith == .paper,
                generator: manifest.generation.phrase,
                detector: manifest.detectorPhrase(section), imageSize: section.imageSize,
                comparison: comparison, pro: PROVariant(manifest.evaluation.pro),
                auxiliary: auxiliary.map { ($0.categories, $0.phrase) }, categories: categories, models: models,
                untrainedWeights: untrained, features: "CLIP \(section.model.written)", lpips: lpips.reported,
                departures: manifest.report.compareWith == .paper
                    ? manifest.departures.map { "\($0.key) \($0.value) (\($0.paper))" } : []))
    }

    private func perCategory(_ categories: [String], _ inputs: (String) -> [String: JobKey]) -> [String: JobKey] {
        categories.reduce(into: [:]) { $0.merge(inputs($1)) { first, _ in first } }
    }
}
