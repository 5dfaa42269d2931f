import AnomalyDatasets
import Foundation
import Imaging
import ParameterKit
import StageKit

extension IngestRun {
    /// Writes a category's masks, the pictures that become PNG, and what is known of all of them.
    ///
    /// - Parameter names: how many pictures the names of the source's files promise.
    func index(_ assembly: CategoryAssembly, _ names: NamedCounts, _ context: JobContext) throws {
        let category = category(context), data = context.object.data
        var records: [ImageRecord] = []
        var remarks = Remarks(category: category)
        let range = try range(of: assembly, context, &remarks)
        for (done, picture) in assembly.pictures.enumerated() {
            let unit = IngestedPicture(
                picture: picture, category: category, object: context.object, range: range,
                masks: source.settings.maskReader)
            records.append(try unit.record(&remarks))
            context.progress(done + 1, of: assembly.pictures.count, picture.id)
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
        try JSONLines.write(records, to: data.appendingPathComponent("index.jsonl"))
        if let official {
            context.notice("\(category): from the verified official archive of \(official.title)")
        } else if let published, published.sha256 != nil {
            context.notice("\(category): not \(published.title)'s official archive; its SHA-256 is \(digest)")
        }
        for warning in warnings + differences { context.notice(warning) }
    }

    /// What 16-bit samples of this category are scaled by.
    private func range(
        of assembly: CategoryAssembly, _ context: JobContext, _ remarks: inout Remarks
    ) throws -> SampleRange {
        var (largest, count) = (0, 0)
        for picture in assembly.pictures {
            let waiting = PicturePlace(picture.file, context.object).waiting
            guard FileManager.default.fileExists(atPath: waiting.path) else { continue }
            let bytes = [UInt8](try DurableFile.read(waiting)), name = "\(category(context))/\(picture.file)"
            guard try ImageInfo(bytes: bytes, name: name).bitDepth == 16 else { continue }
            count += 1
            if source.settings.range == nil {
                largest = max(largest, try PictureReader.largestSample(bytes, name: name))
            }
        }
        guard count > 0 else { return .full }
        let range = source.settings.range ?? .holding(largest)
        let why = source.settings.range == nil ? "the largest value is \(largest)" : "as was asked for"
        if range != .full || source.settings.range != nil {
            remarks.add("hold 16 bits a sample: \(range) becomes 0…255 (\(why))", count: count)
        }
        return range
    }
}

/// What is to be said of a category's pictures, each thing once with how many it is true of.
struct Remarks {
    let category: String
    private var counts: [String: (count: Int, first: String?)] = [:]

    init(category: String) { self.category = category }

    /// - Parameters:
    ///   - what: what they do, as of several.
    ///   - place: one of them.
    mutating func add(_ what: String, at place: String? = nil, count: Int = 1, of kind: String = "pictures") {
        counts["\(kind) that \(what)", default: (0, place)].count += count
    }

    var sentences: [String] {
        counts.sorted { $0.key < $1.key }.map { what, found in
            "\(category): \(what): \(found.count)\(found.first.map { " (\($0))" } ?? "")"
        }
    }
}
