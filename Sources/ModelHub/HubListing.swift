import Foundation
import ParameterKit
package import StageKit

/// What a hub says of a repository at one commit.
package struct HubListing: Sendable {
    package let repository: String
    /// The commit that a branch or tag stood for; what is fetched is fetched at it.
    package let commit: String
    package let licence: Licence?
    package let files: [HubFile]

    /// The terms as the model's card states them.
    package struct Licence: Sendable, Equatable {
        package var name: String
        package var link: String?
    }

    init(repository: String, commit: String, licence: Licence?, files: [HubFile]) {
        (self.repository, self.commit, self.licence, self.files) = (repository, commit, licence, files)
    }

    /// Asks the hub.
    ///
    /// - Throws: `Failure` 64 for what is no name of a repository, 65 when the answer can't be understood; as
    ///   `HubClient.document`.
    package init(_ repository: String, revision: String, from client: HubClient) throws(Failure) {
        try Self.check(repository)
        let place = ["api", "models"] + repository.split(separator: "/").map(String.init)
        let endpoint = client.settings.endpoint
        let facts = try Self.json(
            try client.document(
                endpoint.child(place + ["revision", revision]), named: "\(repository) at revision \(revision)"
            ).bytes, of: endpoint)
        guard let commit = facts["sha"]?.string, Self.isCommit(commit) else {
            throw Self.misunderstood(endpoint, "no commit in it")
        }
        var files: [HubFile] = []
        var page: HubAddress? = endpoint.child(place + ["tree", commit], query: "recursive=1")
        while let address = page {
            let answer = try client.document(address, named: "the list of files of \(repository)")
            guard let entries = try Self.json(answer.bytes, of: endpoint).array else {
                throw Self.misunderstood(endpoint, "no list of files")
            }
            for entry in entries where entry["type"]?.string == "file" {
                guard let file = Self.file(entry) else { throw Self.misunderstood(endpoint, "a file without a size") }
                files.append(file)
            }
            guard files.count <= Self.limit else { throw Self.misunderstood(endpoint, "more than \(Self.limit) files") }
            page = answer.next
        }
        self.init(repository: repository, commit: commit, licence: Self.licence(facts), files: files)
    }

    private static let limit = 100_000

    private static func check(_ repository: String) throws(Failure) {
        let parts = repository.split(separator: "/", omittingEmptySubsequences: false)
        let letters = parts.joined().utf8
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty && !$0.hasPrefix(".") }), letters.count <= 200,
            letters.allSatisfy({
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
                    || [0x2D, 0x2E, 0x5F].contains($0)
            })
        else {
            throw Failure(
                .usage, "neither a known model nor OWNER/NAME of a hub", at: repository,
                remedy: "Known are \(KnownModel.all.map(\.name).joined(separator: " and ")).")
        }
    }

    private static func json(_ bytes: Data, of endpoint: HubAddress) throws(Failure) -> JSONValue {
        do {
            return try JSONValue(parsing: bytes)
        } catch {
            let start = String(decoding: bytes.prefix(200), as: UTF8.self).lowercased()
            throw misunderstood(endpoint, start.contains("<html") ? "a web page" : "no JSON")
        }
    }

    private static func misunderstood(_ endpoint: HubAddress, _ what: String) -> Failure {
        Failure(
            .badData, "its answer can't be understood: \(what)", at: endpoint.origin,
            remedy: "Is HF_ENDPOINT a hub, and nothing in between that answers in its place (a login page, a proxy)?")
    }

    private static func isCommit(_ text: String) -> Bool { isHexadecimal(text, 40) }

    static func isHexadecimal(_ text: String, _ count: Int) -> Bool {
        text.utf8.count == count && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    /// Files in large-file storage are named by their SHA-256; others by git's SHA-1.
    private static func file(_ entry: JSONValue) -> HubFile? {
        guard let path = entry["path"]?.string else { return nil }
        if let large = entry["lfs"], let digest = large["oid"]?.string {
            let plain = digest.hasPrefix("sha256:") ? String(digest.dropFirst(7)) : digest
            guard let size = large["size"]?.int, size >= 0, isHexadecimal(plain, 64) else { return nil }
            return HubFile(path, size: size, digests: [.sha256(plain)])
        }
        guard let size = entry["size"]?.int, size >= 0, let digest = entry["oid"]?.string, isHexadecimal(digest, 40)
        else { return nil }
        return HubFile(path, size: size, digests: [.gitBlob(digest)])
    }

    private static func licence(_ facts: JSONValue) -> Licence? {
        let card = facts["cardData"]
        let stated = card?["license"]?.string ?? card?["license"]?.array?.compactMap(\.string).joined(separator: ", ")
        let tag = facts["tags"]?.array?.compactMap(\.string).first { $0.hasPrefix("license:") }?.dropFirst(8)
        guard let name = card?["license_name"]?.string ?? stated ?? tag.map(String.init), !name.isEmpty else {
            return nil
        }
        return Licence(name: name.printable, link: card?["license_link"]?.string?.printable)
    }
}
