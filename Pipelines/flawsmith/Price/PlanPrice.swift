import AnomalyDatasets
import Forecasting
import Foundation
import Imaging
import IngestStage
import ManifestSections
import MethodKit
import ParameterKit
import PictureGate
import RunGraph
import StageKit

/// The price of a manifest when nothing is done yet, with the assumptions behind it.
struct PlanPrice {
    let forecast: RunForecast
    /// What the numbers rest on, a sentence or two each.
    let notes: [String]

    var text: String { forecast.text + "\n" + notes.joined(separator: "\n") + "\n" }

    /// - Throws: what the survey of the data set throws; `Failure` 66 when it is missing and isn't a published one, 64
    ///   for a category that isn't the manifest's.
    init(_ manifest: Manifest, options: RunOptions, speed: PlanSpeed) throws {
        let known = try KnownSizes(manifest, store: options.store)
        let choice = OnlyChoice(options.only)
        try choice.check(categories: known.categories.map(\.name), sampling: manifest.sampling)
        let wanted = known.categories.filter { choice.categories.isEmpty || choice.categories.contains($0.name) }
        var manifest = manifest
        choice.narrow(&manifest.sampling)
        let detectors = manifest.namedDetectors.map { name, detector in
            (name: name, work: detector.work(on: TrunkShape(of: manifest.models[detector.role])))
        }
        let stages = Self.stages(until: options.until)
        forecast = RunForecast(
            manifest, categories: wanted, auxiliary: known.auxiliary, stages: stages, parts: speed.parts,
            detectors: detectors, detectorSeconds: speed.detectorSeconds)
        var notes = ["Counts: \(known.sentence)"]
        if stages.contains(.generate), let passes = Self.passes(manifest.generation) { notes.append(passes) }
        let evaluations = manifest.generation.dialledGenerators.compactMap(\.work).map { PictureCost($0).evaluations }
        if let least = evaluations.map(\.lowerBound).min(), let most = evaluations.map(\.upperBound).max(),
            stages.contains(.generate)
        {
            notes.append(
                speed.parts == nil || least == most
                    ? speed.sentence
                    : speed.sentence
                        + " From the fewest evaluations of a picture (\(least)) to the most (\(most))."
            )
        } else if !detectors.isEmpty {
            notes.append(speed.sentence)
        }
        if manifest.quality.enabled, stages.contains(.generate) {
            let tries = manifest.quality.tries
            notes.append(
                "quality: hours and pool are those of one try a picture; what fails is drawn again, so that they may be up to \(tries) times as much. `flawsmith status` says how many passed once some are drawn."
            )
        }
        if !detectors.isEmpty, !stages.isDisjoint(with: [.fit, .detect]) {
            notes.append("fit and detect: their multiplications at the UNet's speed, nothing else.")
        }
        notes.append(
            "GB: the pool's and the exports' by pixels, a third or more off; tokens exactly. The unpacked data set is not in it."
        )
        self.notes = notes
    }

    /// What a picture of each generator with a network takes of it, over the strengths that are asked for.
    private static func passes(_ section: GenerationSection) -> String? {
        let all = section.dialledGenerators.compactMap { generator in
            generator.work.map { (name: generator.methodName, passes: PictureCost($0).passes) }
        }
        let each = section.generators.map(\.generator.methodName).compactMap { name in
            let own = all.filter { $0.name == name }.map(\.passes)
            guard let least = own.min(), let most = own.max() else { return nil as String? }
            return "\(name) \(least == most ? "\(least)" : "\(least) to \(most)")"
        }
        return each.isEmpty ? nil : "Passes of the network for a picture: \(each.joined(separator: ", "))."
    }

    private static func stages(until last: StageName?) -> RunForecast.Stages {
        switch last {
        case .ingest, .foreground, .sample: []
        case .generate: [.generate]
        case .export: [.generate, .export]
        case .fit: [.generate, .export, .fit]
        case .assess, .report, nil: .all
        }
    }
}

/// The categories of a manifest with their sizes, as far as they are known without reading a picture.
struct KnownSizes {
    let categories: [CategorySize]
    /// Of the auxiliary data set.
    let auxiliary: [CategorySize]
    /// Where the counts are from.
    let sentence: String

    init(_ manifest: Manifest, store: ArtifactStore) throws {
        let digests = DigestCache(store: store)
        let own = try Counts(
            manifest.dataset.source, manifest.dataset.categories, key: "dataset.path", prefix: "", store: store,
            digests: digests)
        let beside = try manifest.auxiliary.map {
            try Counts(
                $0.source, $0.categories, key: "auxiliary.path", prefix: AuxiliaryData.prefix, store: store,
                digests: digests)
        }
        if let names = own.all, beside == nil || beside?.all != nil {
            try manifest.checkCategories(among: names, auxiliary: beside?.all ?? [])
        }
        (categories, auxiliary) = (own.categories, beside?.categories ?? [])
        sentence = own.sentence + (beside.map { " Of the auxiliary data: \($0.sentence)" } ?? "")
    }
}

/// How much one data set holds.
private struct Counts {
    let categories: [CategorySize]
    let sentence: String
    /// The names of all its categories; nil when the data set is missing.
    let all: [String]?

    init(
        _ source: IngestStage.Source, _ wanted: [String]?, key: String, prefix: String, store: ArtifactStore,
        digests: DigestCache
    ) throws {
        let tiles = source.settings.tiles
        guard try DurableFile.exists(source.path) else {
            guard let published = Self.published(source) else {
                throw Failure(
                    .inputMissing, "no such archive or folder", at: source.written,
                    remedy: "Set \(key); relative paths are relative to the manifest.")
            }
            let names = wanted ?? published.categories.map(\.name)
            categories = names.map {
                Self.size($0, published[$0], tiles)
            }
            sentence = Self.sentence(
                "as \(published.title) was published, since \(source.written) isn't here", categories)
            all = nil
            return
        }
        let survey = try IngestStage.survey(source, store: store, digests: digests)
        let names = (wanted ?? survey.categories).filter(survey.categories.contains)
        var (read, named) = (0, 0)
        categories = try IngestStage.jobs(survey, categories: names, prefix: prefix).map { job in
            let object = store.object(
                ObjectIdentity(stage: job.key.stage, version: job.version, asked: job.asked, inputs: [:]))
            let name = String((job.category ?? job.key.subject).dropFirst(prefix.count))
            guard object.isDone, let ingested = try? IngestedCategory(folder: object.data) else {
                if let published = survey.published(name) { return Self.size(name, published[name], tiles) }
                // How many tiles there are shows once the pictures are read.
                guard tiles == nil, let counts = survey.counts[name] else { return Self.size(name, nil, tiles) }
                named += 1
                return Self.size(name, counts)
            }
            read += 1
            return Self.size(name, ingested)
        }
        sentence = Self.sentence(
            read == categories.count
                ? "as ingested"
                : named == categories.count
                    ? "by the names of the files; sizes are known from ingest on"
                    : named > 0
                        ? "as ingested or published where that is known, else by the names of the files"
                        : read == 0
                            ? "as published; nothing is ingested yet"
                            : "as ingested, where that is done, else as published",
            categories)
        all = survey.categories
    }

    /// The published data set that a missing one is assumed to be.
    private static func published(_ source: IngestStage.Source) -> PublishedDataset? {
        switch source.layout {
        case .mvtec: .mvtec
        case .visa: .visa
        case nil:
            PublishedDataset.all.first { source.written.split(separator: "/").last.map(String.init) == $0.archive }
        default: nil
        }
    }

    private static func size(_ name: String, _ published: PublishedDataset.Category?, _ tiles: TileRule?)
        -> CategorySize
    {
        let counts = published?.counts
        let grid = counts.flatMap { counts in
            tiles.map { TileGrid($0, width: counts.width, height: counts.height) }
        }
        let each = tiles == nil ? 1 : grid?.count
        return CategorySize(
            name: name, train: counts.map { $0.train * (each ?? 1) },
            test: counts.map { ($0.testGood + $0.testDefective) * (each ?? 1) }, tilesEach: each,
            pixels: counts.map { (grid?.tileWidth ?? $0.width) * (grid?.tileHeight ?? $0.height) },
            isGrey: counts?.channels == 1)
    }

    private static func size(_ name: String, _ counts: NamedCounts) -> CategorySize {
        // What the names don't split is split by a rule.
        let tests = counts.undecided / CategoryAssembly.testShare
        return CategorySize(
            name: name, train: counts.train + counts.undecided - tests,
            test: counts.testGood + counts.testDefective + tests, tilesEach: 1, pixels: nil)
    }

    private static func size(_ name: String, _ ingested: IngestedCategory) -> CategorySize {
        let normals = ingested.trainingNormals
        let pixels = normals.reduce(0) { $0 + $1.width * $1.height }
        let each = Dictionary(normals.map { ($0.picture, 1) }, uniquingKeysWith: +).values.max()
        return CategorySize(
            name: name, train: normals.count, test: ingested.tests.count, tilesEach: each ?? 1,
            pixels: normals.isEmpty ? nil : pixels / normals.count,
            isGrey: normals.allSatisfy { $0.channels == 1 })
    }

    private static func sentence(_ source: String, _ categories: [CategorySize]) -> String {
        let unknown = categories.filter { $0.train == nil }.map(\.name)
        guard unknown.count < categories.count else { return "of own data sets they are known from ingest on." }
        return source + (unknown.isEmpty ? "." : "; of \(unknown.joined(separator: ", ")) none is known before ingest.")
    }
}
