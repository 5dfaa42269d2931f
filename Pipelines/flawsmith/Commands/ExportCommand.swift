import ArgumentParser
import EngineLink
import ExportLayouts
import ExportStage
import Foundation
import ManifestSections
import MethodKit
import RunGraph
import StageKit

/// Writes a finished data set of a manifest in any layout, to any place.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write a manifest's finished data set in a layout, to an archive or a folder.",
        discussion: """
            Reads what runs have finished, and generates nothing. The same set gives the same bytes wherever it is written; beside an \
            archive stands its .sha256. The manifest's section `export` says what goes along: `--set export.real=test` adds the real \
            test split, `--set export.shares={train: 7, validation: 2, test: 1}` shares pictures out.

            Layouts: \(ExportLayouts.all.map { "\($0.name) (\($0.doc))" }.joined(separator: "; ")).

            Examples:
              flawsmith export screws.yaml --layout coco --to screws-coco.tar.zst
              flawsmith export screws.yaml --layout anomalib --to ~/data/screws
              flawsmith export screws.yaml --layout yolo --shots 4 --seed 0 --to screws-yolo --set export.layouts.yolo.labels=boxes
            """)

    @Argument(help: "The manifest.", completion: .file(extensions: ["yaml", "yml"]))
    var manifest: String
    @Option(
        help: ArgumentHelp("How to lay the files out. (default: the manifest's first layout)", valueName: "layout"))
    var layout: LayoutName?
    @Option(
        name: .customLong("to"),
        help: ArgumentHelp(
            "An archive by its ending (.tar, .tar.gz, .tgz, .tar.xz, .tar.zst), else a folder.", valueName: "path"))
    var target: String
    @Option(help: ArgumentHelp("The shot count, where the manifest has several.", valueName: "count|full"))
    var shots: String?
    @Option(help: ArgumentHelp("The seed, where the manifest has several.", valueName: "number"))
    var seed: Int?
    @Flag(help: "Replace an archive, or a folder that is an earlier export.")
    var replace = false
    @Flag(help: "Leave the recipes out that generated pictures hold inside their PNG.")
    var strip = false
    @Option(help: "Where results are kept.")
    var output = "Output"
    @Option(
        help: ArgumentHelp("Override a key, e.g. export.real=test; may be repeated.", valueName: "key.path=value"))
    var set: [String] = []

    func validate() throws {
        guard !output.isEmpty else { throw ValidationError("--output: expected a folder") }
        guard !target.isEmpty else { throw ValidationError("--to: expected a file or a folder") }
    }

    func run() throws {
        let place = try ExportTarget(target, mayReplace: replace)
        var manifest = try Manifest.load(path: manifest, overrides: set)
        guard let type = layout?.type ?? manifest.exportLayouts.first.map({ Swift.type(of: $0) }) else {
            throw Failure(.usage, "the manifest names no layout", remedy: "Name one with --layout.")
        }
        manifest.export = try manifest.export.only(type)
        if strip { manifest.export.strip = true }
        if let compression = place.compression { manifest.export.compression = compression }
        let engines = try DeviceList.auto.pool()
        defer { engines.close() }
        let store = ArtifactStore(root: URL(fileURLWithPath: output))
        let console = Console()
        // Nothing is removed from the store while it is read.
        let use = try DurableFile.exists(store.root) ? StoreUse.building(in: store) : nil
        defer { use?.release() }
        let project = try Project(manifest, store: store, engines: engines) { console.notice(nil, $0) }
        let export = try chosen(project.exports)
        let inputs = try project.finishedInputs(of: export, manifest: self.manifest)
        // Nothing but the scratch folder is there before the end; the next export removes it after a kill.
        let interruption = Interruption(engines: engines, advice: "nothing was written") { place.abandon() }
        defer { withExtendedLifetime(interruption) {} }
        let key = JobKey("export", export.parameters.root)
        let notes = try place.write { target, scratch in
            try ExportStage.write(export.parameters, from: inputs, to: target, scratch: scratch) { done, total in
                console.progress(key, done: Double(done), total: total, note: "")
            }
        }
        for note in notes { console.notice(nil, note) }
        console.say("done")
        print(target)
    }

    /// The export of the chosen data set.
    private func chosen(_ exports: [PlannedExport]) throws(Failure) -> PlannedExport {
        let fitting = exports.filter { export in
            (shots == nil || export.shots == shots) && (seed == nil || export.seed == seed)
        }
        if let first = fitting.first, fitting.count == 1 { return first }
        let all = exports.map { "--shots \($0.shots) --seed \($0.seed)" }.joined(separator: ", ")
        throw Failure(
            .usage,
            fitting.isEmpty
                ? "the manifest has no data set of \(shots.map { "\($0) shots" } ?? "any shots") and seed \(seed.map(String.init) ?? "any")"
                : "the manifest has \(fitting.count) data sets that fit", remedy: "Choose one: \(all).")
    }
}

/// A layout by its name.
struct LayoutName: ExpressibleByArgument {
    let type: any ExportLayout.Type

    init?(argument: String) {
        guard let type = ExportLayouts.all.first(where: { $0.name == argument }) else { return nil }
        self.type = type
    }

    static var allValueStrings: [String] { ExportLayouts.all.map { $0.name } }
    static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }
}
