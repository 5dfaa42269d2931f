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
    /// What the survey unpacked.
    let ahead: AheadFiles?
    /// Prefix of the category in a job's subject.
    let prefix: String

    func category(_ context: JobContext) -> String { String(context.key.subject.dropFirst(prefix.count)) }

    /// What the pass has found of one category.
    private struct Found {
        var entries: [LayoutEntry] = []
        /// Path → number of the file that was looked at.
        var files: [String: Int] = [:]
        var labels: VisALabelTable?
    }

    func run() throws {
        let wanted = Dictionary(contexts.map { (category($0), $0) }, uniquingKeysWith: { first, _ in first })
        var found: [String: Found] = [:]
        var splits: VisASplitTable?
        let ahead = ahead?.take(wanted.keys)
        let reader: any FileSource = try ahead ?? openFileSource(source.path.path, limits: source.settings.limits)
        var detector = LayoutDetector(layout: layout, source: source.name, folders: source.settings.folders)
        var seen: Set<String> = []
        var unpacked = 0
        let crew = UnpackingCrew<FileFacts>(), batch = DurableBatch(), budget = MaskBudget()
        // Progress in MiB of the source, because the number of files is only known at its end.
        func report() {
            contexts.first?.progress(
                Int(reader.bytesRead >> 20), of: max(1, Int(reader.totalBytes >> 20)), "\(unpacked) files unpacked")
        }
        let facts: [Int: FileFacts]
        do {
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
                    found[category, default: Found()].labels = try VisALabelTable(
                        reader.contents(), category: category)
                    continue
                }
                found[category, default: Found()].entries.append(entry)
                if let number = try unpack(file, entry, reader, context, crew, batch, budget) {
                    found[category, default: Found()].files[entry.path] = number
                    unpacked += 1
                }
                report()
            }
            report()
            facts = try crew.finish()
        } catch {
            // A file that came before is the first thing that is wrong; whole ones stay for the next run.
            let looked = Result { try crew.finish() }
            try? batch.flush()
            _ = try looked.get()
            throw error
        }
        try batch.flush()
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
            try index(
                assembly, NamedCounts(found.entries), found.files.compactMapValues { facts[$0] }, context, batch)
        }
    }

    /// Has one file written as it is, once it is known to be a whole picture: where it stays, or where it waits to
    /// become another kind of file.
    ///
    /// - Returns: the crew's number of the file; nil where it stands there already.
    private func unpack(
        _ file: FileEntry, _ entry: LayoutEntry, _ reader: any FileSource, _ context: JobContext,
        _ crew: UnpackingCrew<FileFacts>, _ batch: DurableBatch, _ budget: MaskBudget
    ) throws -> Int? {
        let place = PicturePlace(entry.path, context.object)
        let there = try [place.kept, place.waiting].first { try DurableFile.size($0) == Int(file.size) }
        if !context.forced, there != nil { return nil }
        let isPicture = if case .picture = entry.role { true } else { false }
        @Sendable func target(_ facts: FileFacts) -> URL {
            !isPicture || (facts.info.isPlain && !isCut(facts.info)) ? place.kept : place.waiting
        }
        if there == nil, let (whole, facts) = (reader as? AheadSource)?.whole(file.name) {
            return try crew.add(bytes: 0) { _ in
                try batch.take(whole, to: target(facts))
                return facts
            }
        }
        let bytes = try reader.contents(), name = "\(source.written): \(file.name)"
        let masks = source.settings.maskReader
        return try crew.add(bytes: bytes.count) { _ in
            let facts = try FileFacts(bytes, entry.role, name: name, masks: masks, budget: budget)
            let data = Data(bytes)
            if try there.map({ try DurableFile.read($0) }) != data { try batch.write(data, to: target(facts)) }
            return facts
        }
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
