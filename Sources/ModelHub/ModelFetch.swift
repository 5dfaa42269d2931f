package import Foundation
import ParameterKit
package import StageKit

/// Brings a model from a hub into a folder.
package struct ModelFetch: Sendable {
    private let client: HubClient
    private let known: KnownModel?
    package let repository: String
    package let revision: String
    package let folder: URL
    private let half: Bool

    /// - Parameters:
    ///   - model: a name that is known here, or OWNER/NAME of the hub.
    ///   - revision: a branch, tag or commit; nil: the known model's commit, or `main`.
    ///   - folder: nil: `models/` and the model's name, in the current folder.
    ///   - half: copies in half precision, where there are any.
    package init(_ model: String, revision: String?, folder: String?, half: Bool, client: HubClient) {
        (self.client, self.half) = (client, half)
        known = KnownModel.named(model)
        repository = known?.repository ?? model
        self.revision = revision ?? known?.commit ?? "main"
        let name = model.split(separator: "/").last.map(String.init) ?? model
        self.folder = URL(fileURLWithPath: folder ?? known?.folder ?? "models/\(name)")
    }

    /// What the hub has of it, and which of its files are needed.
    package struct Offer: Sendable {
        package let listing: HubListing
        package let selection: FileSelection
        package var bytes: Int { selection.files.reduce(0) { $0 + ($1.size ?? 0) } }
    }

    /// Asks the hub.
    ///
    /// - Throws: as `HubListing` and `FileSelection`.
    package func offer() throws(Failure) -> Offer {
        let stated = try HubListing(repository, revision: revision, from: client)
        let listing = known?.completed(stated) ?? stated
        return Offer(listing: listing, selection: try FileSelection(listing, half: half))
    }

    /// What is known without asking: of a known model at its own commit, or of a folder that was fetched before.
    package func knownOffer() throws(Failure) -> Offer? {
        if let known, revision == known.commit {
            return Offer(listing: known.listing, selection: try FileSelection(known.listing, half: half))
        }
        guard let record = FetchRecord(folder), record.repository == repository else { return nil }
        let listing = record.listing
        return Offer(listing: listing, selection: try FileSelection(listing, half: half))
    }

    /// What happens while files come.
    package protocol Events: Sendable {
        /// - Parameters:
        ///   - done: bytes of all files that are on the disk, of `total`.
        ///   - fetched: how many of them came over the network now.
        func progress(_ path: String, done: Int, of total: Int, fetched: Int)
        func finished(_ path: String, wasThere: Bool)
    }

    /// Brings what isn't there yet. Files that are there are compared with their digests.
    ///
    /// - Returns: how many files came, and how many were there.
    /// - Throws: `Failure` 73 when other files stand in the way, 74 when the disk is full or fails; as `FileFetch`.
    package func fetch(_ offer: Offer, events: some Events) throws(Failure) -> (fetched: Int, there: Int) {
        let record = FetchRecord(folder)
        try DurableFile.makeFolder(folder)
        try checkCard(record)
        let total = offer.bytes
        var done = 0, fetched = 0
        var there: Set<String> = []
        for file in offer.selection.files where try isThere(file, ours: record?.files[file.path] != nil) {
            there.insert(file.path)
            done += file.size ?? 0
            events.progress(file.path, done: done, of: total, fetched: 0)
            events.finished(file.path, wasThere: true)
        }
        try FreeSpace.check(folder, needed: total - done - partialBytes(offer, there))
        for file in offer.selection.files where !there.contains(file.path) {
            let before = (done, fetched)
            let fetch = FileFetch(client: client, listing: offer.listing, file: file, target: folder.child(file.path)) {
                done, fetched in
                events.progress(file.path, done: before.0 + done, of: total, fetched: before.1 + fetched)
            }
            try fetch.run()
            done += file.size ?? 0
            fetched += file.size ?? 0
            events.finished(file.path, wasThere: false)
        }
        try FetchRecord(offer.listing, files: offer.selection.files, hub: client.settings.endpoint).write(to: folder)
        return (offer.selection.files.count - there.count, there.count)
    }

    /// A folder whose card was written by somebody else holds another model.
    private func checkCard(_ record: FetchRecord?) throws(Failure) {
        let card = folder.child(FetchRecord.name)
        if record == nil, try DurableFile.exists(card) {
            throw Failure(
                .cannotCreate, "another model is there", at: card.path, remedy: "Give another folder with --to.")
        }
        if let record, record.repository != repository {
            throw Failure(
                .cannotCreate, "\(record.repository) is there", at: folder.path,
                remedy: "Give another folder with --to.")
        }
    }

    /// - Parameter ours: whether this program brought a file of that name, so that another may take its place.
    private func isThere(_ file: HubFile, ours: Bool) throws(Failure) -> Bool {
        let url = folder.child(file.path)
        guard try DurableFile.exists(url), let size = file.size else { return false }
        var digester = FileDigester(size: size)
        try DurableFile.read(url, piece: 1 << 20) { piece in piece.withUnsafeBytes { digester.update($0) } }
        if digester.count == size, FileFetch.mismatch(digester.digests, file) == nil { return true }
        guard ours else {
            throw Failure(
                .cannotCreate, "a file that isn't the hub's is in the way", at: url.path,
                remedy: "Move it away, or give another folder with --to.")
        }
        client.notice("\(file.path): what is there is not the file of this commit; it is fetched anew")
        return false
    }

    private func partialBytes(_ offer: Offer, _ there: Set<String>) -> Int {
        offer.selection.files.filter { !there.contains($0.path) }.reduce(0) { sum, file in
            let url = folder.child(file.path)
            let part = url.deletingLastPathComponent().child(".\(url.lastPathComponent).part")
            let size = (try? FileManager.default.attributesOfItem(atPath: part.path))?[.size] as? Int
            return sum + min(size ?? 0, file.size ?? 0)
        }
    }
}
