import ArgumentParser
import EngineLink
import ParameterKit

/// Prints what is done, begun, failed and missing.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Say what is done, begun, failed or missing.",
        discussion: """
            Of pictures that aren't all there it says how many are: 2 of 6. Of a run in shards it says which are open, how fast pictures come, and what \
            Slurm says of their tasks, where it answers.

            Example:
              flawsmith status parts.yaml
              flawsmith status parts.yaml --format json
            """)

    @OptionGroup var options: RunOptions
    @Option(help: OutputFormat.help)
    var format = OutputFormat.text

    func run() throws {
        let engines = try DeviceList.auto.pool()
        let report = try StatusReport(Project(options, engines: engines) { Console.standardError("  \($0)") })
        switch format {
        case .text: print(report.text, terminator: "")
        case .json: print(report.json.prettyText, terminator: "")
        }
    }
}
