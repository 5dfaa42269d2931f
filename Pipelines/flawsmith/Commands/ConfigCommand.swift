import ArgumentParser
import ManifestSections
import ParameterKit

/// Prints a manifest with every key filled in, and where each value comes from.
struct ConfigCommand: ParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable { case yaml, json }

    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Print the resolved manifest, with where each value comes from.",
        discussion: """
            Behind each value stands its origin: default, preset NAME, from other keys, line N of the manifest, or --set. The YAML is a manifest itself.

            Example:
              flawsmith config parts.yaml --set generation.cut.preset=draft
            """)

    @Argument(help: "The manifest.", completion: .file(extensions: ["yaml", "yml"]))
    var manifest: String
    @Option(
        help: ArgumentHelp(
            "Override a key, e.g. generation.cut.steps=50; may be repeated.", valueName: "key.path=value"))
    var set: [String] = []
    @Option(help: "yaml or json.")
    var format = Format.yaml

    func run() throws {
        let explained = try ExplainedManifest(path: manifest, overrides: set)
        switch format {
        case .yaml: print(explained.text, terminator: "")
        case .json: print(explained.json.prettyText, terminator: "")
        }
    }
}
