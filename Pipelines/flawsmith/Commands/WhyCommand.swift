import ArgumentParser
import ParameterKit
import StageKit

/// Says why a stage would run, as a diff of what it was asked before and now.
struct WhyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why", abstract: "Say why a stage would run: what it was asked before, and what now.",
        discussion: """
            Compared is the last run of the manifest, or of one of the same name. Of long values the place is shown where they differ.

            Example:
              flawsmith why parts.yaml generate
              flawsmith why parts.yaml generate/hazelnut --set generation.cut.steps=60
            """)

    @OptionGroup var options: RunOptions
    @Argument(help: "A stage, or a job as `plan` lists them; without one everything that would run.")
    var stage: String?
    @Option(help: OutputFormat.help)
    var format = OutputFormat.text

    func run() throws {
        let engines = try DeviceList.auto.pool()
        let project = try Project(options, engines: engines) { Console.standardError("  \($0)") }
        let report = try WhyReport(
            project.runner(keepGoing: false).plan(), wanted: stage, run: project.folder, store: project.store)
        switch format {
        case .text: print(report.text, terminator: "")
        case .json: print(report.json.prettyText, terminator: "")
        }
    }
}
