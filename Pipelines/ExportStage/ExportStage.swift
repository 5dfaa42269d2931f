import AnomalyDatasets
package import Archives
package import ExportLayouts
import Foundation
package import MethodKit
import ParameterKit
package import StageKit

/// Stage 5: the synthetic set of one shot count and seed, with its annotations, as a reproducible tarball.
///
/// The object holds the tarball and its `.sha256`; the run links both into `Output/exports/`.
package enum ExportStage {
    package static let name = "export"
    /// Version of the card and the other files beside the layout's; layouts have versions of their own.
    package static let version = 3

    package struct Parameters: Sendable {
        /// Stem of the archive's name: manifest, shots and seed.
        package var name: String
        package var layout: any ExportLayout
        package var categories: [String]
        package var compression: TarCompression
        /// The manifest's keys that determine the contents of the tarball.
        package var manifest: String
        package var generator: GeneratorFacts

        package init(
            name: String, layout: any ExportLayout, categories: [String], compression: TarCompression, manifest: String,
            generator: GeneratorFacts
        ) {
            (self.name, self.layout, self.categories) = (name, layout, categories)
            (self.compression, self.manifest, self.generator) = (compression, manifest, generator)
        }

        /// The folder inside the tarball, and the tarball's stem: `<manifest>-<k>shot-s<seed>-<layout>`.
        package var root: String { "\(ExportNames.folder(name))-\(type(of: layout).name)" }
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
            "manifest": .string(parameters.manifest), "generator": parameters.generator.asked,
        ]
        return Job(JobKey(name, subject), version: version, asked: asked, inputs: inputs) { context in
            let tree = try ExportTree(context: context, parameters: parameters)
            // Written in `work/`, so that a killed run's remains are removed with that folder.
            let name = parameters.root + compression.suffix
            let written = context.object.work.appendingPathComponent(name)
            try tree.write(to: written, compression: compression) { done, total in context.progress(done, of: total) }
            let file = context.object.data.appendingPathComponent(name)
            try DurableFile.rename(written, to: file)
            let line = "\(try Digest.sha256(file: file))  \(name)\n"
            try DurableFile.write(line, to: file.appendingPathExtension("sha256"))
            return .complete
        }
    }
}
