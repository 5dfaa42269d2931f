import AnomalyDatasets
import Archives
import Foundation
import Imaging
import ParameterKit
import StageKit

/// One pass over a source for all categories that are due, then each category's index.
///
/// A file that stands under its name with its size was written whole by an earlier run and is passed over.
struct IngestRun {
    let source: IngestStage.Source
    let layout: DatasetLayout
    /// Category → what identifies its bytes.
    let digests: [String: String]
    let contexts: [JobContext]
    /// What stands before the category in a job's subject.
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
        // Progress in MiB of the source: how many files there are shows only at its end.
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

    /// Writes one file as it is, once it is known to be a whole picture: where it stays, or where it waits to become
    /// another kind of file.
    ///
    /// - Returns: whether it was written.
    private func unpack(
        _ file: FileEntry, _ entry: LayoutEntry, _ reader: any FileSource, _ context: JobContext
    ) throws -> Bool {
        let place = PicturePlace(entry.path, context.object)
        let there = [place.kept, place.waiting].first { Self.size($0) == Int(file.size) }
        if !context.forced, there != nil { return false }
        let bytes = try reader.contents()
        if let there, let old = try? DurableFile.read(there), old.elementsEqual(bytes) { return false }
        let name = "\(source.written): \(file.name)"
        _ = try Image(bytes: bytes, name: name)
        var stays = true
        if case .picture = entry.role { stays = try ImageInfo(bytes: bytes, name: name).isPlain }
        try DurableFile.write(Data(bytes), to: stays ? place.kept : place.waiting)
        return true
    }

    private static func size(_ url: URL) -> Int? {
        (try? FileManager.default.attributesOfItem(atPath: url.path))?[.size] as? Int
    }
}

extension ImageInfo {
    /// A file that every later stage reads as it is: what nearly all pictures are.
    var isPlain: Bool { (format == .png || format == .jpeg) && bitDepth <= 8 && orientation == 1 }
}

/// Where a file of the source lies in a category's object.
struct PicturePlace {
    /// Below `data/`.
    let path: String
    /// The file itself, where it stays what it is.
    let kept: URL
    /// The file itself, where it becomes a PNG once all of its category are known. Gone when the object is done.
    let waiting: URL
    /// What it becomes, below `data/`.
    let converted: String

    init(_ name: String, _ object: StoredObject) {
        path = StoredName.of(name)
        kept = object.data.appendingPathComponent(path)
        waiting = object.work.appendingPathComponent("waiting/\(path)")
        converted = path.lowercased().hasSuffix(".png") ? path : path + ".png"
    }
}
