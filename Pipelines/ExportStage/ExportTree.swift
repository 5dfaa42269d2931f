import AnomalyDatasets
import Archives
import ExportLayouts
import Foundation
import Imaging
import StageKit

/// The files of an export: their paths in the tarball, each with a function that reads its bytes. One file is in memory
/// at a time.
///
/// The layout says where pictures and labels go; the card, the manifest and the digests stand beside them.
struct ExportTree {
    private var files: [String: SyntheticSet.Bytes]
    private let root: String

    init(context: JobContext, parameters: ExportStage.Parameters) throws {
        root = parameters.root
        try Self.checkFolders(of: parameters.categories)
        let contents = try parameters.categories.map { try ExportedCategory(context, name: $0) }
        let set = SyntheticSet(
            categories: contents.map(\.synthetic), isDrawnOnNormals: parameters.generator.source == nil)
        files = try parameters.layout.files(of: set)
        let card = DatasetCard(parameters: parameters, categories: contents, set: set).text
        let manifest = parameters.manifest
        files["README.md"] = { Data(card.utf8) }
        files["manifest.yaml"] = { Data(manifest.utf8) }
    }

    /// Two passes: digests for `SHA256SUMS`, then the tarball.
    func write(to url: URL, compression: TarCompression, progress: (Int, Int) -> Void) throws {
        let total = 2 * files.count
        var done = 0
        var sums = ""
        for (path, bytes) in files.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            sums += "\(Digest.sha256(try bytes()))  \(path)\n"
            done += 1
            progress(done, total)
        }
        var entries = files.map { ("\(root)/\($0.key)", Optional($0.value)) }
        let digests = Data(sums.utf8)
        entries.append(("\(root)/SHA256SUMS", { digests }))
        entries += Self.folders(of: entries.map(\.0)).map { ($0, nil) }
        entries.sort { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }

        let writer = try TarWriter(path: url.path, compression: compression)
        for (name, bytes) in entries {
            guard let bytes else {
                try writer.addFolder(name)
                continue
            }
            try writer.addFile(name, [UInt8](try bytes()))
            done += 1
            progress(min(done, total), total)
        }
        try writer.finish()
    }

    /// Names become plain ASCII in a tree; two categories must not end in one folder, nor in two that differ only in
    /// case.
    private static func checkFolders(of categories: [String]) throws(Failure) {
        var taken: [String: String] = [:]
        for category in categories {
            let folder = ExportNames.folder(category)
            if let other = taken.updateValue(category, forKey: folder.lowercased()), other != category {
                throw Failure(
                    .badData, "the categories \(other) and \(category) would both be exported as \(folder)",
                    remedy: "Rename one of them, or export them with two manifests.")
            }
        }
    }

    private static func folders(of names: [String]) -> Set<String> {
        var folders: Set<String> = []
        for name in names {
            var parts = name.split(separator: "/").dropLast()
            while !parts.isEmpty {
                folders.insert(parts.joined(separator: "/"))
                parts = parts.dropLast()
            }
        }
        return folders
    }
}
