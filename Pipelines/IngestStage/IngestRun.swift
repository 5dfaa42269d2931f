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

    private func category(_ context: JobContext) -> String { String(context.key.subject.dropFirst(prefix.count)) }

    /// What the pass has found of one category.
    private struct Found {
        var entries: [LayoutEntry] = []
        var labels: VisALabelTable?
    }

    func run() throws {
        let wanted = Dictionary(contexts.map { (category($0), $0) }, uniquingKeysWith: { first, _ in first })
        var found: [String: Found] = [:]
        var splits: VisASplitTable?
        let reader = try openFileSource(source.path.path)
        var detector = LayoutDetector(layout: layout, source: source.name)
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
            guard let category = entry.category, let context = wanted[category] else { continue }
            if case .labelTable = entry.role {
                found[category, default: Found()].labels = try VisALabelTable(reader.contents(), category: category)
                continue
            }
            found[category, default: Found()].entries.append(entry)
            if try unpack(file, entry, reader, context) { written += 1 }
            report()
        }
        report()
        for context in contexts {
            let found = found[category(context)] ?? Found()
            let assembly = try CategoryAssembly(
                category: category(context), layout: layout, entries: found.entries, splits: splits,
                labels: found.labels)
            try index(assembly, context)
        }
    }

    /// Writes one file as it is, once it is known to be a whole picture.
    ///
    /// - Returns: whether it was written.
    private func unpack(
        _ file: FileEntry, _ entry: LayoutEntry, _ reader: any FileSource, _ context: JobContext
    ) throws -> Bool {
        let target = context.object.data.appendingPathComponent(entry.path)
        let there = (try? FileManager.default.attributesOfItem(atPath: target.path))?[.size] as? Int
        if !context.forced, let there, there == Int(file.size) { return false }
        let bytes = try reader.contents()
        if there != nil, let old = try? DurableFile.read(target), old.elementsEqual(bytes) { return false }
        _ = try Image(bytes: bytes, name: "\(source.written): \(file.name)")
        try DurableFile.write(Data(bytes), to: target)
        return true
    }

    private func index(_ assembly: CategoryAssembly, _ context: JobContext) throws {
        let category = category(context), data = context.object.data
        var records: [ImageRecord] = []
        var warnings = assembly.warnings
        for (done, picture) in assembly.pictures.enumerated() {
            let unit = try IngestedPicture(picture, category: category, layout: layout, data: data)
            records.append(unit.record)
            warnings += unit.warnings
            context.progress(done + 1, of: assembly.pictures.count, picture.id)
        }
        let digest = digests[category] ?? ""
        let official = PublishedDataset.verified(sha256: digest)
        let published = PublishedDataset.having(category: category, layout: layout)
        let counts = CategoryCounts(assembly.pictures)
        warnings += published?[category]?.differences(from: counts) ?? []
        let dataset = DatasetRecord(
            category: category, layout: layout, sourceSHA256: digest, verified: official?.layout.rawValue,
            publishedIn: published?.layout.rawValue, counts: counts, warnings: warnings)
        try DurableFile.write(
            try JSONValue(encoding: dataset).prettyText, to: data.appendingPathComponent("dataset.json"))
        try JSONLines.write(records, to: data.appendingPathComponent("index.jsonl"))
        if let official {
            context.notice("\(category): from the verified official archive of \(official.title)")
        } else if let published {
            context.notice("\(category): not \(published.title)'s official archive; its SHA-256 is \(digest)")
        }
        for warning in warnings { context.notice(warning) }
    }
}
