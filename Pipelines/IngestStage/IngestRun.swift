import AnomalyDatasets
import Archives
import Foundation
import Imaging
import ParameterKit
import StageKit

/// One pass over a source for all categories that are due, then each category's index.
///
/// A file that already exists with its name and size was completely written by an earlier run and is skipped.
struct IngestRun {
    let source: IngestStage.Source
    let layout: DatasetLayout
    /// Category → what identifies its bytes.
    let digests: [String: String]
    let contexts: [JobContext]
    /// Prefix of the category in a job's subject.
    let prefix: String

    func category(_ context: JobContext) -> String { String(context.key.subject.dropFirst(prefix.count)) }

    /// What the pass has found of one category.
    private struct Found {
        var entries: [LayoutEntry] = []
        var labels: VisALabelTable?
    }

    func run() throws {
        let wanted = Dictionary(contexts.map { (category($0), $0) }, uniquingKeysWith: { first, _ in first })
        var found: [String: Found] = [:]
        var splits: VisASplitTable?
        let reader = try openFileSource(source.path.path, limits: source.settings.limits)
        var detector = LayoutDetector(layout: layout, source: source.name, folders: source.settings.folders)
        var seen: Set<String> = []
        var written = 0
        // Progress in MiB of the source, because the number of files is only known at its end.
        func report() {
            contexts.first?.progress(
                Int(reader.bytesRead >> 20), of: max(1, Int(reader.totalBytes >> 20)), "\(written) files unpacked")
        }
        while let file = try reader.next() {
            guard let entry = try detector.classify(file.name) else { continue }
            if case .splitTable = entry.role {
                splits = try VisASplitTable(reader.contents())
                continue
            }
            guard let category = entry.category else { continue }
            seen.insert(category)
            guard let context = wanted[category] else { continue }
            if case .labelTable = entry.role {
                found[category, default: Found()].labels = try VisALabelTable(reader.contents(), category: category)
                continue
            }
            found[category, default: Found()].entries.append(entry)
            if try unpack(file, entry, reader, context) { written += 1 }
            report()
        }
        report()
        for notice in reader.notices { contexts.first?.notice(notice) }
        for stray in detector.categoriesPassedOver where !seen.contains(stray) {
            for sentence in detector.passedOver(in: stray) { contexts.first?.notice(sentence) }
        }
        for context in contexts {
            let category = category(context), found = found[category] ?? Found()
            var assembly = try CategoryAssembly(
                category: category, layout: layout, entries: found.entries, splits: splits, labels: found.labels,
                folders: source.settings.folders)
            assembly.warnings += detector.passedOver(in: category)
            try index(assembly, NamedCounts(found.entries), context)
        }
    }

    /// Checks that a file is an intact picture and writes it unchanged: to its final place, or to a temporary one if it
    /// will be converted.
    ///
    /// - Returns: whether it was written.
    private func unpack(
        _ file: FileEntry, _ entry: LayoutEntry, _ reader: any FileSource, _ context: JobContext
    ) throws -> Bool {
        let place = PicturePlace(entry.path, context.object)
        let there = try [place.kept, place.waiting].first { try DurableFile.size($0) == Int(file.size) }
        if !context.forced, there != nil { return false }
        let bytes = try reader.contents()
        if let there, try DurableFile.read(there).elementsEqual(bytes) { return false }
        let name = "\(source.written): \(file.name)"
        _ = try Image(bytes: bytes, name: name)
        var stays = true
        if case .picture = entry.role {
            let info = try ImageInfo(bytes: bytes, name: name)
            stays = info.isPlain && !isCut(info)
        }
        try DurableFile.write(Data(bytes), to: stays ? place.kept : place.waiting)
        return true
    }

    /// Whether the picture is larger than a tile.
    private func isCut(_ info: ImageInfo) -> Bool {
        source.settings.tiles.map { TileGrid($0, width: info.width, height: info.height).isCut } ?? false
    }
}

extension ImageInfo {
    /// Whether all later stages can read the file unchanged, as is the case for nearly all pictures.
    var isPlain: Bool { (format == .png || format == .jpeg) && bitDepth <= 8 && orientation == 1 }
}

/// Where a file of the source lies in a category's object.
struct PicturePlace {
    /// Below `data/`.
    let path: String
    /// The file's place if it isn't converted.
    let kept: URL
    /// The file's temporary place if it is converted to PNG, after all of its category are known. Removed when the
    /// object is done.
    let waiting: URL
    /// The converted file's path below `data/`.
    let converted: String

    init(_ name: String, _ object: StoredObject) {
        path = StoredName.of(name)
        kept = object.data.appendingPathComponent(path)
        waiting = object.work.appendingPathComponent("waiting/\(path)")
        converted = path.lowercased().hasSuffix(".png") ? path : path + ".png"
    }
}
