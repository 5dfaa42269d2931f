import AnomalyDatasets
import Foundation
import Imaging
import ParameterKit
import StageKit
import Synchronization

extension IngestRun {
    /// Writes a category's masks, the pictures that are converted to PNG, and the records of all pictures.
    ///
    /// - Parameters:
    ///   - names: how many pictures the names of the source's files promise.
    ///   - facts: path → what is known since the file was unpacked.
    func index(
        _ assembly: CategoryAssembly, _ names: NamedCounts, _ facts: [String: FileFacts], _ context: JobContext,
        _ batch: DurableBatch
    ) throws {
        let category = category(context), data = context.object.data
        var remarks = Remarks(category: category)
        let range = try range(of: assembly, context, &remarks)
        let masks = source.settings.maskReader, total = assembly.pictures.count
        let done = Mutex(0)
        let cores = Processors.current.count
        let found = try sideBySide(assembly.pictures, width: cores) { picture in
            var own = Remarks(category: category)
            let unit = IngestedPicture(
                picture: picture, category: category, object: context.object, range: range, masks: masks,
                tiles: source.settings.tiles, facts: facts, batch: batch)
            let made = try unit.records(&own)
            done.withLock { done in
                done += 1
                context.progress(done, of: total, picture.id)
            }
            return (made: made, remarks: own)
        }
        try batch.flush()
        for (_, own) in found { remarks.add(own) }
        let wholes = found.compactMap(\.made.whole)
        // A tile's name may sort behind the next picture's: "000~r00c00" behind "000 b".
        let records = found.flatMap(\.made.index).sorted { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }
        for (one, next) in zip(records, records.dropFirst()) where one.id == next.id {
            throw DatasetError("is the name of a tile, too; rename this picture", at: one.id)
        }
        for record in records {
            context.taken.note(record.file, sha256: record.sha256)
            if let mask = record.mask, let sha256 = record.maskSHA256 { context.taken.note(mask, sha256: sha256) }
        }
        let warnings = assembly.warnings + remarks.sentences
        let digest = digests[category] ?? ""
        let official = PublishedDataset.verified(sha256: digest)
        let counts = CategoryCounts(assembly.pictures)
        let published =
            official.flatMap { $0[category] == nil ? nil : $0 }
            ?? PublishedDataset.recognised(category: category, layout: layout, counts: names)
        var differences = published?[category]?.differences(from: counts) ?? []
        if published == nil, let namesake = PublishedDataset.namesake(of: category) {
            differences.append(
                "\(category) is called as a category of \(namesake.title) and has other numbers of pictures: taken for own "
                    + "pictures, for which that set's foreground recipe and licence don't count")
        }
        let dataset = DatasetRecord(
            category: category, layout: layout, sourceSHA256: digest, verified: official?.identifier,
            publishedIn: published?.identifier, counts: counts, warnings: warnings + differences)
        try DurableFile.write(
            try JSONValue(encoding: dataset).prettyText, to: data.appendingPathComponent("dataset.json"))
        if !wholes.isEmpty { try JSONLines.write(wholes, to: data.appendingPathComponent(CutPicture.file)) }
        try JSONLines.write(records, to: data.appendingPathComponent("index.jsonl"))
        if let official {
            context.notice("\(category): from the verified official archive of \(official.title)")
        } else if let published, published.sha256 != nil {
            context.notice("\(category): not \(published.title)'s official archive; its SHA-256 is \(digest)")
        }
        for warning in warnings + differences { context.notice(warning) }
    }

    /// The range that this category's 16-bit samples are scaled by.
    private func range(
        of assembly: CategoryAssembly, _ context: JobContext, _ remarks: inout Remarks
    ) throws -> SampleRange {
        var (largest, count, clipped) = (0, 0, 0)
        var most: [Int] = []
        for picture in assembly.pictures {
            let waiting = PicturePlace(picture.file, context.object).waiting
            guard try DurableFile.exists(waiting) else { continue }
            let bytes = [UInt8](try DurableFile.read(waiting)), name = "\(category(context))/\(picture.file)"
            guard try ImageInfo(bytes: bytes, name: name).bitDepth == 16 else { continue }
            count += 1
            if source.settings.range == nil {
                let extent = try PictureReader.extent(bytes, name: name)
                largest = max(largest, extent.largest)
                most.append(extent.nearlyAll)
            } else if let asked = source.settings.range {
                let outside = try PictureReader.share(outside: asked, of: bytes, name: name)
                clipped += outside > 0.001 ? 1 : 0
            }
        }
        guard count > 0 else { return .full }
        let range = source.settings.range ?? .holding(largest)
        let why = source.settings.range == nil ? "the largest value is \(largest)" : "as was asked for"
        // A hot pixel, or one picture of another kind, makes all others dark.
        let typical = most.sorted().dropFirst(most.count / 2).first ?? largest, narrow = SampleRange.holding(typical)
        if source.settings.range == nil, narrow.upper * 4 < range.upper {
            remarks.add(
                "hold 16 bits a sample: \(range) becomes 0…255, since the largest value is \(largest); but in half of them nearly all "
                    + "samples are at most \(typical), so they come out dark. If their range is \(narrow), set dataset.range to it",
                count: count)
        } else if range != .full || source.settings.range != nil {
            remarks.add("hold 16 bits a sample: \(range) becomes 0…255 (\(why))", count: count)
        }
        if clipped > 0 {
            remarks.add(
                "have more than a thousandth of their samples outside of dataset.range \(range), which become black or white",
                count: clipped)
        }
        return range
    }
}

/// Collects remarks about a category's pictures; each is reported once, with the number of pictures that it applies to.
struct Remarks: Sendable {
    let category: String
    private var counts: [String: (count: Int, first: String?)] = [:]

    init(category: String) { self.category = category }

    /// - Parameters:
    ///   - what: the remark, worded for several pictures.
    ///   - place: one of them.
    mutating func add(_ what: String, at place: String? = nil, count: Int = 1, of kind: String = "pictures") {
        counts["\(kind) that \(what)", default: (0, place)].count += count
    }

    /// The first place of each thing stays.
    mutating func add(_ other: Remarks) {
        for (what, found) in other.counts { counts[what, default: (0, found.first)].count += found.count }
    }

    var sentences: [String] {
        counts.sorted { $0.key < $1.key }.map { what, found in
            "\(category): \(what): \(found.count)\(found.first.map { " (\($0))" } ?? "")"
        }
    }
}
