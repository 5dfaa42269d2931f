import ArgumentParser
import EngineLink
import Forecasting
import Foundation
import Generators
import ManifestSections
import MethodKit
import ParameterKit
import RunGraph
import StageKit

/// Prints what a run would do, why, and its price, without running it.
struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Say what would run, why, and at what price, without running anything.",
        discussion: """
            Data and models need not be there: then the price alone is said, from the published counts of MVTec AD and VisA. Hours are those of one \
            device, from --bench, --seconds-per-pass, or what was measured on two CPU cores.

            Example:
              flawsmith plan parts.yaml --bench bench.json
              flawsmith plan parts.yaml --format json
            """)

    @OptionGroup var options: RunOptions
    @Option(
        help: ArgumentHelp(
            "Seconds of a forward pass of the UNet for one picture, for the hours.", valueName: "seconds"))
    var secondsPerPass: Double?
    @Option(help: ArgumentHelp("What `flawsmith bench --format json` wrote, for the hours.", valueName: "file"))
    var bench: String?
    @Option(help: OutputFormat.help)
    var format = OutputFormat.text

    func validate() throws {
        if let secondsPerPass {
            guard secondsPerPass > 0, secondsPerPass.isFinite else {
                throw ValidationError("--seconds-per-pass: expected a number above 0")
            }
            guard bench == nil else {
                throw ValidationError("--bench and --seconds-per-pass say the same thing: give one of them")
            }
        }
    }

    func run() throws {
        let manifest = try Manifest.load(path: options.manifest, overrides: options.set)
        let speed = try PlanSpeed(secondsPerPass: secondsPerPass, bench: bench, manifest: manifest)
        let type = manifest.generation.generator.numberType ?? "float32"
        let slow = ProcessorFeatures(cpuinfo: DoctorCommand.contents("/proc/cpuinfo")).warning(
            about: type, key: "generation.\(manifest.generation.generator.methodName).dtype")
        let missing = MissingInputs(manifest)
        let price = try PlanPrice(manifest, options: options, speed: speed)
        var steps: [PlanReport.Step] = []
        // Without its inputs no job has an identity, so it is unknown which jobs are done.
        if missing.inputs.isEmpty {
            let engines = try DeviceList.auto.pool()
            let project = try Project(options, engines: engines) { Console.standardError("  \($0)") }
            steps = project.runner(keepGoing: false).plan().map { step in
                PlanReport.Step(step: step, work: step.reason.runs ? project.workload(step) : nil)
            }
        }
        let report = PlanReport(missing: missing, steps: steps, price: price, warning: slow)
        switch format {
        case .text: print(report.text, terminator: "")
        case .json: print(report.json.prettyText, terminator: "")
        }
    }
}
