import AnomalyDatasets
package import Archives
package import ExportLayouts
package import Foundation
package import MethodKit
import ParameterKit
package import StageKit

/// Stage 5: the synthetic set of one shot count and seed, with its annotations and with normal pictures to train and
/// test on, as a reproducible tarball.
///
/// The object holds the tarball and its `.sha256`; the run links both into `Output/exports/`. `write` does the same
/// without an object.
package enum ExportStage {
    package static let name = "export"
    /// Version of the card and the other files beside the layout's; layouts have versions of their own.
    package static let version = 5

    package struct Parameters: Sendable {
        /// Stem of the archive's name: manifest, shots and seed.
        package var name: String
        package var layout: any ExportLayout
        package var categories: [String]
        package var compression: TarCompression
        /// What goes along, and into which split.
        package var wishes: SplitPlan.Wishes
        /// The manifest's keys that determine the contents of the tarball.
        package var manifest: String
        package var generator: GeneratorFacts
        /// Whether pictures go without their recipe inside the PNG.
        package var strip: Bool

        package init(
            name: String, layout: any ExportLayout, categories: [String], compression: TarCompression,
            wishes: SplitPlan.Wishes, manifest: String, generator: GeneratorFacts, strip: Bool = false
        ) {
            (self.name, self.layout, self.categories) = (name, layout, categories)
            (self.compression, self.wishes, self.strip) = (compression, wishes, strip)
            (self.manifest, self.generator) = (manifest, generator)
        }

        /// The folder inside the tarball, and the tarball's stem: `<manifest>-<k>shot-s<seed>-<layout>`.
        package var root: String { type(of: layout).folder("\(name)-\(type(of: layout).name)") }
    }

    /// Facts about the generator for the data set's card.
    package struct GeneratorFacts: Sendable, Equatable {
        /// How the pictures were made.
        package var phrase: String
        /// What their soft labels mean.
        package var labelMeaning: String
        /// The generator's weights: their role, and their terms of use if their folder states any.
        package var models: [Model]
        package var isTrained: Bool
        /// Path, as in the manifest, of others' pictures that were used as material.
        package var materials: String?
        /// Path of the set, if all pictures were made by others.
        package var source: String?

        package struct Model: Sendable, Equatable {
            package var role: ModelRole
            package var terms: String?
            package init(role: ModelRole, terms: String?) { (self.role, self.terms) = (role, terms) }
        }

        package init(
            phrase: String, labelMeaning: String, models: [Model], isTrained: Bool, materials: String?, source: String?
        ) {
            (self.phrase, self.labelMeaning, self.models) = (phrase, labelMeaning, models)
            (self.isTrained, self.materials, self.source) = (isTrained, materials, source)
        }

        var asked: JSONValue {
            [
                "phrase": .string(phrase), "label": .string(labelMeaning), "trained": .bool(isTrained),
                "models": .array(models.map { [.string($0.role.rawValue), $0.terms.json] }),
                "materials": materials.json,
                "source": source.json,
            ]
        }
    }

    /// - Parameter inputs: per category the roles `ingest:<category>`, `sample:<category>`, `generate:<category>`.
    package static func job(subject: String, inputs: [String: JobKey], parameters: Parameters) -> Job {
        let compression = parameters.compression
        let asked: JSONValue = [
            "name": .string(parameters.name), "categories": .array(parameters.categories.map { .string($0) }),
            "compression": .string(compression.rawValue), "layout": parameters.layout.asked(),
            "split": parameters.wishes.asked, "strip": .bool(parameters.strip),
            "manifest": .string(parameters.manifest), "generator": parameters.generator.asked,
        ]
        return Job(JobKey(name, subject), version: version, asked: asked, inputs: inputs) { context in
            // Written in `work/`, so that a killed run's remains are removed with that folder.
            let name = parameters.root + compression.suffix
            let written = context.object.work.appendingPathComponent(name)
            let notes = try write(
                parameters, from: ExportInputs(context.inputs, store: context.store), to: .archive(written),
                scratch: context.object.work
            ) { done, total in context.progress(done, of: total) }
            for note in notes { context.notice(note) }
            let file = context.object.data.appendingPathComponent(name)
            try DurableFile.rename(written, to: file)
            try DurableFile.write(try sums(of: file, as: name), to: file.appendingPathExtension("sha256"))
            return .complete
        }
    }

    /// What an export is written to; nothing stands there yet.
    package enum Target: Sendable {
        /// Packed as the parameters say.
        case archive(URL)
        /// Made with everything in it.
        case folder(URL)
    }

    /// Writes an export.
    ///
    /// - Parameters:
    ///   - scratch: an existing folder on the target's disk, for files that don't fit in memory. It has to be empty of
    ///     names that begin with `file-` and `tree-`.
    ///   - progress: files done, of all; each is read twice.
    /// - Returns: what the user should know.
    /// - Throws: `Failure` 65 for damaged pictures and sets that the layout can't hold, 73 and 74 for what can't be
    ///   written; then the target isn't there.
    package static func write(
        _ parameters: Parameters, from inputs: ExportInputs, to target: Target, scratch: URL,
        progress: (Int, Int) -> Void
    ) throws -> [String] {
        let tree = try ExportTree(inputs, parameters: parameters)
        switch target {
        case .archive(let url):
            let writer = try TarWriter(path: url.path, compression: parameters.compression)
            try tree.write(to: TarSink(writer: writer), scratch: scratch, progress: progress)
        case .folder(let url):
            let folder = scratch.appendingPathComponent("tree-0")
            try DurableFile.makeFolder(folder)
            try tree.write(to: FolderSink(folder), scratch: scratch, progress: progress)
            try DurableFile.rename(folder.appendingPathComponent(parameters.root), to: url)
        }
        return tree.notes
    }

    /// The text of the `.sha256` of an archive: its digest and its name.
    package static func sums(of file: URL, as name: String) throws -> String {
        "\(try Digest.sha256(file: file))  \(name)\n"
    }
}

extension SplitPlan.Wishes {
    var asked: JSONValue {
        [
            "shares": .array(ExportSet.Part.allCases.map { .int(shares[$0] ?? 0) }),
            "test_good": goodTests.map { .int($0) } ?? "balanced", "real": .bool(takesRealTests), "seed": .int(seed),
        ]
    }
}
