import AnomalyDatasets
import Archives
import Foundation
package import StageKit

/// Stage 5: the synthetic set of one shot count and seed, with its annotations, as a reproducible tarball.
///
/// The object holds the tarball and its `.sha256`; the run links both into `Output/exports/`.
package enum ExportStage {
    package static let name = "export"
    package static let version = 2

    package struct Parameters: Sendable {
        /// Stem of the archive's name: manifest, shots and seed.
        package var name: String
        package var categories: [String]
        /// none | gz | xz | zstd
        package var compression: String
        /// The resolved manifest, as far as it decides what is in the tarball.
        package var manifest: String
        /// The generator in a sentence, its model's terms of use, and whether its weights are trained.
        package var generator: String
        package var modelTerms: String?
        package var isTrained: Bool
        /// Where pictures came from that others made, as the manifest has it: the material of `perlin`, or a whole set.
        package var textures: String?
        package var external: String?

        package init(
            name: String, categories: [String], compression: String, manifest: String, generator: String,
            modelTerms: String?, isTrained: Bool, textures: String? = nil, external: String? = nil
        ) {
            (self.name, self.categories, self.compression, self.manifest) = (name, categories, compression, manifest)
            (self.generator, self.modelTerms, self.isTrained) = (generator, modelTerms, isTrained)
            (self.textures, self.external) = (textures, external)
        }

        /// The folder inside the tarball, and the tarball's stem: `<manifest>-<k>shot-s<seed>-mvtec`.
        package var root: String { "\(ExportNames.folder(name))-mvtec" }
    }

    /// - Parameter inputs: per category the roles `ingest:<category>`, `sample:<category>`, `generate:<category>`.
    package static func job(subject: String, inputs: [String: JobKey], parameters: Parameters) throws -> Job {
        guard let compression = TarCompression(rawValue: parameters.compression) else {
            throw Failure(.internalError, "no compression is called \(parameters.compression)")
        }
        let asked: JSONValue = [
            "name": .string(parameters.name), "categories": .array(parameters.categories.map { .string($0) }),
            "compression": .string(parameters.compression), "layout": "mvtec",
            "manifest": .string(parameters.manifest), "generator": .string(parameters.generator),
            "model_terms": parameters.modelTerms.map { .string($0) } ?? .null, "trained": .bool(parameters.isTrained),
        ]
        return Job(JobKey(name, subject), version: version, asked: asked, inputs: inputs) { context in
            let tree = try ExportTree(context: context, parameters: parameters)
            // Written in `work/`: what a kill leaves of it goes with that folder.
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
