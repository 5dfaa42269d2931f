package import AnomalyDatasets
import Archives
import Foundation
import ParameterKit
package import StageKit

extension IngestStage {
    /// What a source holds, before anything is unpacked: its layout and its categories.
    package struct Survey {
        package let source: Source
        package let layout: DatasetLayout
        /// Sorted.
        package let categories: [String]
        /// SHA-256 of the archive; nil for a folder.
        let archive: String?
        /// Folder: category → its files below the folder, the table of the whole set among them.
        let files: [String: [String]]
        let digests: DigestCache
        /// What was unpacked on the way to the names.
        var ahead: AheadFiles?
        /// Category → its pictures by the names of the files. Empty for official archives, whose numbers are published.
        package let counts: [String: NamedCounts]
        private let official: PublishedDataset?

        init(
            source: Source, layout: DatasetLayout, categories: [String], archive: String?, files: [String: [String]],
            digests: DigestCache, counts: [String: NamedCounts] = [:], official: PublishedDataset? = nil,
            ahead: AheadFiles? = nil
        ) {
            (self.source, self.layout, self.categories, self.archive) = (source, layout, categories, archive)
            (self.files, self.digests, self.counts, self.official) = (files, digests, counts, official)
            self.ahead = ahead
        }

        /// The public data set that a category is of; nil for own pictures, whatever their category is called.
        package func published(_ category: String) -> PublishedDataset? {
            if let official, official[category] != nil { return official }
            return counts[category].flatMap {
                PublishedDataset.recognised(category: category, layout: layout, counts: $0)
            }
        }

        /// The pictures of a category, below the folder; empty for archives.
        package func pictures(of category: String) -> [String] {
            (files[category] ?? []).filter { file in
                file.split(separator: ".").last.map { DatasetLayout.pictureEndings.contains($0.lowercased()) } ?? false
            }
        }

        /// What identifies the bytes of one category: the whole archive's SHA-256, or one over the listing of its
        /// files, so that a category added to a folder touches no other.
        func digest(of category: String) throws(Failure) -> String {
            if let archive { return archive }
            return try digests.sha256(folder: source.path, paths: files[category] ?? [])
        }
    }

    /// Finds out what a source holds. The official archives are recognised by their SHA-256; for others the names are
    /// read once and cached.
    ///
    /// - Parameter unpackingFor: whose files will be asked for soon, so that a packed archive is read once.
    /// - Throws: `Failure` 66 when nothing stands there, `ArchiveError` and `DatasetError` for what can't be read or
    ///   understood.
    package static func survey(
        _ source: Source, store: ArtifactStore, digests: DigestCache, unpackingFor wanted: Wanted = .nothing,
        notice: (String) -> Void = { _ in }
    ) throws -> Survey {
        guard let isFolder = try DurableFile.isFolder(source.path) else {
            throw Failure(
                .inputMissing, "no such archive or folder", at: source.written,
                remedy: "Set dataset.path; relative paths are relative to the manifest.")
        }
        AheadFiles.sweep(store)
        if isFolder { return try survey(folder: source, digests: digests) }
        return try survey(archive: source, wanted, store: store, digests: digests, notice: notice)
    }

    private static func survey(folder source: Source, digests: DigestCache) throws -> Survey {
        let listing = try Listing(reading: source)
        return Survey(
            source: source, layout: listing.layout, categories: listing.categories, archive: nil, files: listing.files,
            digests: digests, counts: listing.counts)
    }
}

extension IngestStage {
    /// Whose files will be asked for once the names are known.
    package enum Wanted: Sendable, Equatable {
        case nothing
        case all
        case categories(Set<String>)

        func includes(_ category: String?) -> Bool {
            switch self {
            case .nothing: false
            case .all: true
            case .categories(let names): category.map(names.contains) ?? true
            }
        }
    }
}

/// The names of a source, sorted into categories.
struct Listing {
    let layout: DatasetLayout
    let categories: [String]
    /// Category → files; a table of the whole set belongs to every category.
    var files: [String: [String]] = [:]
    /// Category → how many pictures it has.
    var counts: [String: NamedCounts] = [:]

    /// - Parameters:
    ///   - ahead: where the files of the wanted categories go on the way.
    ///   - isNeeded: asked before each file; `CancellationError` is thrown once it says no.
    init(
        reading source: IngestStage.Source, ahead: AheadFiles? = nil, _ wanted: IngestStage.Wanted = .nothing,
        while isNeeded: () -> Bool = { true }
    ) throws {
        let reader = try openFileSource(source.path.path, limits: source.settings.limits)
        // A plain archive is as quickly read as a copy of it.
        let ahead = (reader as? ArchiveReader)?.isPacked == true ? ahead : nil
        let masks = source.settings.maskReader, budget = MaskBudget()
        var detector = source.detector
        var pictured: Set<String> = []
        var shared: [String] = []
        while let file = try reader.next() {
            guard isNeeded() else { throw CancellationError() }
            guard let entry = try detector.classify(file.name) else {
                // Its name counts among those that are passed over.
                ahead?.pass(file)
                continue
            }
            if let ahead, wanted.includes(entry.category) {
                let bytes = try reader.contents(), name = "\(source.written): \(file.name)"
                try ahead.keep(file, bytes) {
                    try FileFacts(bytes, entry.role, name: name, masks: masks, budget: budget)
                }
            } else {
                ahead?.pass(file)
            }
            guard let category = entry.category else {
                shared.append(file.name)
                continue
            }
            files[category, default: []].append(file.name)
            counts[category, default: NamedCounts()].count(entry)
            if case .picture = entry.role { pictured.insert(category) }
        }
        ahead?.end(reader)
        layout = try detector.confirm()
        categories = pictured.sorted()
        for category in pictured { files[category]?.append(contentsOf: shared) }
        guard !categories.isEmpty else {
            let empty = "holds no pictures (PNG, JPEG, TIFF, BMP and WebP are read)"
            throw DatasetError(
                layout == .folder ? empty : "holds no pictures in the layout \(layout.rawValue)", at: source.written)
        }
    }

    /// Reads what ``remember(in:)`` wrote; nil when it is missing or damaged.
    init?(remembered file: URL) {
        guard let json = SealedRecord.read(file), let layout = json["layout"]?.string.flatMap(DatasetLayout.init),
            let categories = json["categories"]?.array
        else { return nil }
        (self.layout, self.categories) = (layout, categories.compactMap(\.string))
        guard let known = json["counts"]?.object else { return nil }
        counts = known.mapValues(NamedCounts.init(json:))
    }

    func remember(in file: URL) throws(Failure) {
        let json: JSONValue = [
            "layout": .string(layout.rawValue), "categories": .array(categories.map { .string($0) }),
            "counts": .object(counts.mapValues(\.json)),
        ]
        try SealedRecord.write(json, to: file)
    }
}

extension NamedCounts {
    fileprivate init(json: JSONValue) {
        self.init()
        (train, testGood) = (json["train"]?.int ?? 0, json["test_good"]?.int ?? 0)
        undecided = json["undecided"]?.int ?? 0
        defects = (json["defects"]?.object ?? [:]).compactMapValues(\.int)
    }

    fileprivate var json: JSONValue {
        [
            "train": .int(train), "test_good": .int(testGood), "undecided": .int(undecided),
            "defects": .object(defects.mapValues { .int($0) }),
        ]
    }
}
