import Foundation
import ParameterKit
import StageKit

/// `flawsmith.json` of a fetched model: whose it is, on which terms, and which files came. The terms go on into the
/// cards of data sets that were made with it.
struct FetchRecord {
    static let name = "flawsmith.json"

    let repository: String
    let commit: String
    let licence: HubListing.Licence?
    let files: [String: HubFile]
    private let hub: String

    init(_ listing: HubListing, files: [HubFile], hub: HubAddress) {
        (repository, commit, licence, self.hub) = (listing.repository, listing.commit, listing.licence, hub.origin)
        self.files = Dictionary(files.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// - Returns: nil where a folder has no such record.
    init?(_ folder: URL) {
        guard let card = try? JSONValue(parsing: DurableFile.read(folder.child(Self.name))),
            let source = card["source"],
            let repository = source["repository"]?.string, let commit = source["commit"]?.string,
            let listed = card["files"]?.object
        else { return nil }
        (self.repository, self.commit, hub) = (repository, commit, source["hub"]?.string ?? "")
        licence = card["license"]?.string.map { HubListing.Licence(name: $0, link: card["license_link"]?.string) }
        files = listed.reduce(into: [:]) { files, entry in
            var digests: Set<FileDigest> = []
            if let digest = entry.value["sha256"]?.string { digests.insert(.sha256(digest)) }
            if let digest = entry.value["git"]?.string { digests.insert(.gitBlob(digest)) }
            files[entry.key] = HubFile(entry.key, size: entry.value["size"]?.int, digests: digests)
        }
    }

    var listing: HubListing {
        HubListing(repository: repository, commit: commit, licence: licence, files: Array(files.values))
    }

    func write(to folder: URL) throws(Failure) {
        var card: [String: JSONValue] = [
            "source": ["hub": .string(hub), "repository": .string(repository), "commit": .string(commit)],
            "files": .object(
                files.mapValues { file in
                    var facts: [String: JSONValue] = file.size.map { ["size": .int($0)] } ?? [:]
                    for digest in file.digests {
                        switch digest {
                        case .sha256(let text): facts["sha256"] = .string(text)
                        case .gitBlob(let text): facts["git"] = .string(text)
                        }
                    }
                    return .object(facts)
                }),
        ]
        if let licence {
            card["license"] = .string(licence.name)
            if let link = licence.link { card["license_link"] = .string(link) }
        }
        try DurableFile.update(Data((JSONValue.object(card).prettyText + "\n").utf8), at: folder.child(Self.name))
    }
}
