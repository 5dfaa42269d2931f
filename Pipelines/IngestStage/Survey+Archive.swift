import AnomalyDatasets
import Foundation
import ParameterKit
import StageKit

extension IngestStage {
    /// What an archive holds: as its SHA-256 says, as an earlier survey has written down, or by its names.
    ///
    /// The names are read while the digest is taken, because unpacking takes longest of all. Once the digest is known
    /// and says that the names are known, reading stops.
    static func survey(
        archive source: Source, _ wanted: Wanted, store: ArtifactStore, digests: DigestCache, notice: (String) -> Void
    ) throws -> Survey {
        func read(while isNeeded: () -> Bool = { true }) throws -> Reading {
            let ahead = AheadFiles(source, wanted, store: store)
            return (try Listing(reading: source, ahead: ahead, wanted, while: isNeeded), ahead)
        }
        var isSaid = false
        func say() {
            if !isSaid { notice("reading the names in \(source.written), once") }
            isSaid = true
        }
        let (sha256, found) = try digests.sha256(source.path) { digest -> Reading? in
            do {
                return try read {
                    guard !isSaid, let sha256 = digest() else { return true }
                    guard known(source, sha256, store: store, digests: digests) == nil else { return false }
                    say()
                    return true
                }
            } catch is CancellationError {
                return nil
            }
        }
        if let known = known(source, sha256, store: store, digests: digests) { return known }
        say()
        let (listing, ahead) = try (found ?? nil) ?? read()
        try listing.remember(in: remembered(source, sha256, store))
        return Survey(
            source: source, layout: listing.layout, categories: listing.categories, archive: sha256, files: [:],
            digests: digests, counts: listing.counts, ahead: ahead)
    }

    /// An archive's names, and what was unpacked on the way to them.
    private typealias Reading = (listing: Listing, ahead: AheadFiles?)

    /// What is known of an archive without a look inside; nil where its names must be read.
    private static func known(
        _ source: Source, _ sha256: String, store: ArtifactStore, digests: DigestCache
    ) -> Survey? {
        if let official = PublishedDataset.verified(sha256: sha256), source.settings.folders == nil,
            source.layout ?? official.layout == official.layout
        {
            return Survey(
                source: source, layout: official.layout, categories: official.categories.map(\.name).sorted(),
                archive: sha256, files: [:], digests: digests, official: official)
        }
        return Listing(remembered: remembered(source, sha256, store)).map { listing in
            Survey(
                source: source, layout: listing.layout, categories: listing.categories, archive: sha256, files: [:],
                digests: digests, counts: listing.counts)
        }
    }

    /// Where the names of an archive are written down.
    private static func remembered(_ source: Source, _ sha256: String, _ store: ArtifactStore) -> URL {
        let key = JSONValue.object(
            [
                "version": .int(version), "source": .string(sha256), "name": .string(source.name),
                "layout": .string(source.layout?.rawValue ?? "auto"),
            ].merging(source.settings.asked) { first, _ in first })
        return store.cache.appendingPathComponent("surveys/\(Digest.sha256(key.canonicalText)).json")
    }
}
