import ArgumentParser
import EngineLink
import Foundation
import ManifestSections
import RunGraph
import StageKit

/// Checks a manifest and everything it names, and runs nothing.
struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate", abstract: "Check a manifest and everything it names, without running anything.",
        discussion: """
            First the text: every mistake at once, with line and column (exit code 78). Then what it names: files that are missing (66), a data set \
            that can't be understood (65), categories that aren't in it (78). --keys looks at the text alone.

            Example:
              flawsmith validate parts.yaml --set generation.cut.steps=60
            """)

    @Argument(help: "The manifest.", completion: .file(extensions: ["yaml", "yml"]))
    var manifest: String
    @Option(
        help: ArgumentHelp(
            "Override a key, e.g. generation.cut.steps=50; may be repeated.", valueName: "key.path=value"))
    var set: [String] = []
    @Option(help: "Where results are kept, and digests of what was read before.")
    var output = "Output"
    @Flag(help: "Check the manifest's text alone.")
    var keys = false

    func run() throws {
        let asked = try Manifest.load(path: manifest, overrides: set)
        if keys {
            print("\(manifest): its text is in order")
            return
        }
        let missing = MissingInputs(asked)
        guard missing.inputs.isEmpty else {
            throw Failure(
                .inputMissing, "it names what isn't there\n\(missing.text)", at: manifest,
                remedy: "Relative paths are relative to the manifest.")
        }
        let store = ArtifactStore(root: URL(fileURLWithPath: output))
        let engines = try DeviceList.auto.pool()
        let project = try Project(asked, store: store, engines: engines) { Console.standardError("  \($0)") }
        let sets = asked.sampling.shots.count * asked.sampling.seeds.count, categories = project.categories.count
        print(
            """
            \(manifest): in order: \(categories) \(categories == 1 ? "category" : "categories"), \(sets) data \
            set\(sets == 1 ? "" : "s"), \(project.graph.jobs.count) jobs
            """)
    }
}
