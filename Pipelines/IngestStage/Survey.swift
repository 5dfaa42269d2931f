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
    /// - Throws: `Failure` 66 when nothing stands there, `ArchiveError` and `DatasetError` for what can't be read or
    ///   understood.
    package static func survey(
        _ source: Source, store: ArtifactStore, digests: DigestCache, notice: (String) -> Void = { _ in }
    ) throws -> Survey {
        guard let isFolder = try DurableFile.isFolder(source.path) else {
            throw Failure(
                .inputMissing, "no such archive or folder", at: source.written,
                remedy: "Set dataset.path; relative paths are relative to the manifest.")
        }
        if isFolder { return try survey(folder: source, digests: digests) }
        let sha256 = try digests.sha256(source.path)
        if let official = PublishedDataset.verified(sha256: sha256), source.settings.folders == nil,
            source.layout ?? official.layout == official.layout
        {
            return Survey(
                source: source, layout: official.layout, categories: official.categories.map(\.name).sorted(),
                archive: sha256,
                files: [:], digests: digests)
        }
        let key = JSONValue.object(
            [
                "version": .int(version), "source": .string(sha256), "name": .string(source.name),
                "layout": .string(source.layout?.rawValue ?? "auto"),
            ].merging(source.settings.asked) { first, _ in first })
        let file = store.cache.appendingPathComponent("surveys/\(Digest.sha256(key.canonicalText)).json")
        if let known = Listing(remembered: file) {
            return Survey(
                source: source, layout: known.layout, categories: known.categories, archive: sha256, files: [:],
                digests: digests)
        }
        notice("reading the names in \(source.written), once")
        let listing = try Listing(reading: source)
        try listing.remember(in: file)
        return Survey(
            source: source, layout: listing.layout, categories: listing.categories, archive: sha256, files: [:],
            digests: digests)
    }

    private static func survey(folder source: Source, digests: DigestCache) throws -> Survey {
        let listing = try Listing(reading: source)
        return Survey(
            source: source, layout: listing.layout, categories: listing.categories, archive: nil, files: listing.files,
            digests: digests)
    }
}

/// The names of a source, sorted into categories.
struct Listing {
    let layout: DatasetLayout
    let categories: [String]
    /// Category → files; a table of the whole set belongs to every category.
    var files: [String: [String]] = [:]

    init(reading source: IngestStage.Source) throws {
        let reader = try openFileSource(source.path.path, limits: source.settings.limits)
        var detector = source.detector
        var pictured: Set<String> = []
        var shared: [String] = []
        while let file = try reader.next() {
            guard let entry = try detector.classify(file.name) else { continue }
            guard let category = entry.category else {
                shared.append(file.name)
                continue
            }
            files[category, default: []].append(file.name)
            if case .picture = entry.role { pictured.insert(category) }
        }
        layout = try detector.confirm()
        categories = pictured.sorted()
        for category in pictured { files[category]?.append(contentsOf: shared) }
        guard !categories.isEmpty else {
            throw DatasetError("holds no pictures in the layout \(layout.rawValue)", at: source.written)
        }
    }

    /// Reads what ``remember(in:)`` wrote; nil when it is missing or damaged.
    init?(remembered file: URL) {
        guard let json = SealedRecord.read(file), let layout = json["layout"]?.string.flatMap(DatasetLayout.init),
            let categories = json["categories"]?.array
        else { return nil }
        (self.layout, self.categories) = (layout, categories.compactMap(\.string))
    }

    func remember(in file: URL) throws(Failure) {
        let json: JSONValue = [
            "layout": .string(layout.rawValue), "categories": .array(categories.map { .string($0) }),
        ]
        try SealedRecord.write(json, to: file)
    }
}
