import ArgumentParser
import Foundation
import ManifestSections
import RunGraph
import StageKit

/// Writes a first manifest for somebody's photos.
struct NewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Write a first manifest for a folder of photos, every line explained.",
        discussion: """
            PHOTOS holds pictures of good parts, or a folder of them for each kind of part. Other layouts (MVTec AD's, VisA's, archives) are \
            recognised. Nothing of it is changed.

            Example:
              flawsmith new photos --to parts.yaml
              flawsmith plan parts.yaml
              flawsmith run parts.yaml
            """)

    @Argument(help: "Folder or archive of the photos.", completion: .directory)
    var photos: String
    @Option(
        name: .customLong("to"),
        help: ArgumentHelp("The manifest to write. Default: the folder's name with .yaml, here.", valueName: "file"))
    var target: String?
    @Option(
        help: ArgumentHelp(
            "Folder of the diffusion model. Default: models/stable-diffusion-v1-5 beside the manifest.",
            valueName: "dir"))
    var model: String?
    @Flag(help: "Replace a manifest that is there.")
    var replace = false

    func validate() throws {
        guard target?.isEmpty != true else { throw ValidationError("--to: expected a file") }
    }

    func run() throws {
        let store = ArtifactStore(
            root: FileManager.default.temporaryDirectory.appendingPathComponent("flawsmith-new-\(getpid())"))
        defer { try? FileManager.default.removeItem(at: store.root) }
        let folder = try PhotoFolder(photos, store: store)
        let beside = URL(fileURLWithPath: target ?? ".").standardizedFileURL
        let place = target == nil ? beside : beside.deletingLastPathComponent()
        let wanted = model ?? place.appendingPathComponent("models/stable-diffusion-v1-5").path
        let isThere = FileManager.default.fileExists(atPath: wanted)
        if model != nil, !isThere {
            throw Failure(
                .inputMissing, "no such model folder", at: wanted, remedy: "Leave --model out to add it later.")
        }
        let draft = ManifestDraft(
            folder, path: PhotoFolder.path(photos, from: place.path),
            model: (PhotoFolder.path(wanted, from: place.path), isThere))
        let file = target ?? "\(draft.name).yaml", url = URL(fileURLWithPath: file)
        guard try replace || !DurableFile.exists(url) else {
            throw Failure(
                .cannotCreate, "is there already", at: file, remedy: "Name another with --to, or give --replace.")
        }
        // A draft that the program itself wouldn't take must not be written.
        _ = try Manifest.parse(Array(draft.text.utf8), file: file, directory: place.path, overrides: [String]())
        try DurableFile.write(draft.text, to: url)
        let normals = folder.categories.map(\.normals).reduce(0, +), count = folder.categories.count
        print(
            """
            wrote \(file): \(count) \(count == 1 ? "category" : "categories"), \(normals) normal pictures, \
            \(draft.pictures) synthetic ones to be made
            """)
        if !isThere {
            let fetch = MissingInputs.fetching("models.diffusion", to: wanted)
            print("It wants Stable Diffusion 1.5 in \(draft.model.path)\(fetch.map { ": \($0)" } ?? ".")")
            print("Without it: flawsmith run \(file) --set generation.method=cutpaste")
        }
        print("Next: flawsmith plan \(file), then flawsmith run \(file)")
    }
}
