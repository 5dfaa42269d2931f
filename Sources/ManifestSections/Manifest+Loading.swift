import Foundation
package import ManifestKit
import ParameterKit

extension Manifest {
    /// The manifest as a document: its noun in messages, its schema, and where version 1's keys went.
    package static let document = DocumentType(
        root: ManifestKeys.section, noun: "manifest", version: ManifestKeys.version, moved: movedKeys,
        olderVersion: "; version 1 is an older Flawsmith's: the messages below say where its keys now live")

    /// Keys and values of version 1 whose new place can't be found by name in the schema.
    private static let movedKeys = [
        "generation.model": "it is now `models.diffusion`",
        "training: none": "leave `detectors` out instead, then the run ends with the export",
        "training.method": "a detector is a table of its own, as in `detectors: { vlad: {} }`",
        "training.epochs": "it is now `detectors.vlad.epochs`",
        "generation.textures": "it is now `generation.perlin.textures`",
        "generation.preset": "it is now `generation.cut.preset`",
        "generation.guidance": "it is now `generation.cut.guidance`",
        "generation.steps": "it is now `generation.cut.steps`",
        "training.model": "it is now `models.clip`; the detector is `detectors: { vlad: {} }`",
        "training.batch": "it is now `detectors.vlad.batch`",
        "training.stages": "it is now `detectors.vlad.stages`",
        "training.image_size": "it is now `detectors.vlad.image_size`",
        "training.prompts": "it is now `detectors.vlad.prompts`",
        "evaluation.coreset": "it is now `detectors.vlad.coreset`",
        "report.lpips": "it is now `models.lpips`",
    ]

    /// Reads, checks and completes a manifest.
    ///
    /// - Parameters:
    ///   - path: the file, named in messages as it is given here.
    ///   - overrides: `key.path=value` of the command line, in order.
    /// - Throws: `ManifestError`; `.invalid` lists everything that is wrong.
    package static func load(path: String, overrides: [Override] = []) throws(ManifestError) -> Manifest {
        try parse(
            try DocumentReader.bytes(path: path), file: path,
            directory: URL(fileURLWithPath: path).deletingLastPathComponent().path, overrides: overrides)
    }

    /// The same with values of the command line.
    package static func load(path: String, overrides: [String]) throws(ManifestError) -> Manifest {
        try load(path: path, overrides: overrides.map { Override($0) })
    }

    /// Checks and completes the text of a manifest.
    ///
    /// - Parameters:
    ///   - file: what messages call it.
    ///   - directory: absolute; relative paths of the manifest begin there.
    package static func parse(_ text: [UInt8], file: String, directory: String, overrides: [Override] = [])
        throws(ManifestError) -> Manifest
    {
        Manifest(keys: try read(text, file: file, directory: directory, overrides: overrides).root)
    }

    /// The same, with where everything stands.
    static func read(_ text: [UInt8], file: String, directory: String, overrides: [Override])
        throws(ManifestError) -> ReadDocument<ManifestKeys>
    {
        try DocumentReader.read(text, file: file, directory: directory, overrides: overrides, as: document)
    }

    /// The same with values of the command line.
    package static func parse(_ text: [UInt8], file: String, directory: String, overrides: [String])
        throws(ManifestError) -> Manifest
    {
        try parse(text, file: file, directory: directory, overrides: overrides.map { Override($0) })
    }

    /// Categories that the manifest names and the data set lacks, each with the key path that names it and, if there is
    /// one, a similar name. Call it once the data set's categories are known.
    package func unknownCategories(among known: [String], auxiliary others: [String] = []) -> [String] {
        let either = known + others
        let mentions: [(path: String, names: [String], known: [String])] = [
            ("dataset.categories", keys.dataset.categories ?? [], known),
            ("dataset.objects", keys.dataset.objects.keys.sorted(), either),
            ("auxiliary.categories", keys.auxiliary?.categories ?? [], others),
            ("foreground.overrides", keys.foreground.overrides.keys.sorted(), either),
            ("generation.overrides", keys.generation.overrides.keys.sorted(), either),
        ]
        return mentions.flatMap { path, names, known in
            names.filter { !known.contains($0) }.map {
                "\(path): the data set has no category `\($0)`" + Suggestion.text(for: $0, among: known)
            }
        }
    }
}
