import ArgumentParser
import Foundation
import ModelHub
import StageKit

/// Brings weights from a hub. The one command that uses a network.
struct FetchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch", abstract: "Bring a model from a hub: the files that are needed, each checked.",
        discussion: """
            An interrupted fetch goes on where it was: give the same command. Files that are there already are compared \
            with their digests, not fetched again.

            Environment: HF_TOKEN for repositories that want one, HF_ENDPOINT for another hub, HTTPS_PROXY, HTTP_PROXY and \
            NO_PROXY, SSL_CERT_FILE for certificates other than the system's, HF_HUB_OFFLINE=1 as --offline.

            Examples:
              flawsmith fetch sd15
              flawsmith fetch clip-vit-l-14 --to /data/models/clip
              flawsmith fetch sd15 --half --offline
              flawsmith fetch OWNER/NAME --revision main
            """)

    @Argument(
        help: ArgumentHelp(
            "A known model (\(KnownModel.all.map(\.name).joined(separator: ", "))), or a repository of the hub.",
            valueName: "model"))
    var model: String

    @Option(help: "A branch, a tag or a commit. (default: a known model's pinned commit, else main)")
    var revision: String?

    @Option(
        name: .customLong("to"),
        help: ArgumentHelp("The folder. (default: models/ and the model's name)", valueName: "dir"))
    var target: String?

    @Flag(help: "Take the copies in half precision, where there are any.")
    var half = false

    @Flag(help: "Use no network: list what would be needed, as far as that is known here.")
    var offline = false

    func validate() throws {
        if let revision, revision.isEmpty { throw ValidationError("--revision: expected a branch, a tag or a commit") }
        if let target, target.isEmpty { throw ValidationError("--to: expected a folder") }
    }

    func run() throws {
        let settings = try HubSettings(environment: ProcessInfo.processInfo.environment)
        let progress = FetchProgress()
        let client = HubClient(settings) { progress.say($0) }
        let fetch = ModelFetch(model, revision: revision, folder: target, half: half, client: client)
        if offline || settings.isOffline { return try list(fetch) }
        settings.notices.forEach(progress.say)
        progress.say("asking \(settings.endpoint.origin) for \(fetch.repository) at \(fetch.revision)")
        let offer = try fetch.offer()
        let files = offer.selection.files
        progress.say(
            "\(offer.selection.kind.rawValue): \(files.count) files, \(ByteText(offer.bytes)), at commit \(offer.listing.commit)"
        )
        progress.say(terms(offer.listing))
        let (fetched, there) = try fetch.fetch(offer, events: progress)
        progress.close()
        print(
            "\(fetch.folder.relativePathFromHere): \(files.count) files, all as the hub states them; \(fetched) fetched, \(there) were there"
        )
    }

    private func terms(_ listing: HubListing) -> String {
        guard let licence = listing.licence else {
            return "licence: the hub names none; ask the model's makers before you pass anything on"
        }
        let link = licence.link.map { " (\($0))" } ?? ""
        return "licence: \(licence.name)\(link); kept in flawsmith.json, and goes on into data sets' cards"
    }

    /// What would be needed, without asking anybody.
    private func list(_ fetch: ModelFetch) throws {
        guard let offer = try fetch.knownOffer() else {
            print("\(fetch.repository) at \(fetch.revision): its files are not known here; only the hub has the list.")
            print(
                "Wanted are, as safetensors alone, a pipeline's model_index.json, scheduler, tokenizer, text_encoder, unet"
            )
            print("and vae, or a network's config.json with its weights and vocabulary, and the licence.")
            return
        }
        var missing = 0
        for file in offer.selection.files {
            let size = try FileFacts.size(fetch.folder.child(file.path))
            let isThere = size != nil && (file.size == nil || size == file.size)
            if !isThere { missing += file.size ?? 0 }
            let text = file.size.map { "\(ByteText($0))" } ?? "size unknown"
            let digest = file.digests.map(\.hexadecimal).sorted().first.map { "  \($0)" } ?? ""
            let gap = String(repeating: " ", count: max(1, 44 - file.path.count))
            print("\(file.path)\(gap)\(text)\(isThere ? ", there" : "")\(digest)")
        }
        print(
            "\(offer.listing.repository) at commit \(offer.listing.commit): \(ByteText(missing)) to fetch into \(fetch.folder.relativePathFromHere)"
        )
        print(terms(offer.listing))
    }
}

/// What stands on the disk.
private enum FileFacts {
    static func size(_ url: URL) throws -> Int? {
        guard try DurableFile.exists(url) else { return nil }
        return try FileManager.default.attributesOfItem(atPath: url.path)[.size] as? Int
    }
}
