import ArgumentParser
import EngineLink
import Foundation
import Generators
import ManifestSections
import MethodKit
import RunGraph
import StageKit

/// Runs a manifest, continuing where an earlier run stopped.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a manifest; what is done already is not done again.",
        discussion: """
            Interrupt it whenever you like: the same command goes on. With --only what is finished of all else is used; while something waits \
            for what isn't, the exit code is 75. --until generate asks for nothing that could wait.

            Example:
              flawsmith run parts.yaml --output results --only hazelnut --until generate
              flawsmith run parts.yaml --output results --only shots=1 --only seed=0
            """)

    @OptionGroup var options: RunOptions
    @Option(help: DeviceList.help)
    var device = DeviceList.auto
    @Flag(help: "Build later stages on what could be made when some pictures could not.")
    var keepGoing = false
    @Option(help: "What standard error holds: text, or json for one event a line.")
    var logFormat = Console.Form.text
    @Flag(name: .shortAndLong, help: "Say notices and failures alone.")
    var quiet = false
    @Option(
        help: ArgumentHelp(
            "Where another run is building what is needed: wait so long for it before giving up.", valueName: "seconds")
    )
    var wait = 0

    func validate() throws {
        guard (0...31_536_000).contains(wait) else {
            throw ValidationError("--wait: expected 0 to 31536000 seconds")
        }
    }

    func run() throws {
        let engines = try device.pool()
        let interruption = Interruption(engines: engines)
        defer { withExtendedLifetime(interruption) { engines.close() } }
        let console = Console(quiet: quiet, form: logFormat)
        let project = try Project(options, engines: engines, isRun: true) { console.notice(nil, $0) }
        try refuseHalfPrecision(project)
        let preflight = Preflight(project.manifest, steps: project.runner(keepGoing: keepGoing).plan())
        // Also: an engine that can't be had must not cost what is finished and forced.
        try preflight.checkDevices(engines, cpuinfo: DoctorCommand.contents("/proc/cpuinfo")) {
            console.notice(nil, $0)
        }
        try preflight.checkDisk(
            needed: try DiskNeed(project.manifest, store: options.store).bytes, output: options.output
        ) { console.notice(nil, $0) }
        let summary = try ProjectRun(
            project: project, console: console, keepGoing: keepGoing, patience: .seconds(wait)
        ).execute()
        let table = try project.table(summary)
        if let table { print(table) }
        for line in try project.ending(summary) { print(line) }
        if let status = summary.failureStatus(hasOnly: !options.only.isEmpty) {
            throw ExitCode(status.rawValue)
        }
    }
}

extension RunCommand {
    /// Refuses here what the engine would refuse only after earlier stages have run.
    private func refuseHalfPrecision(_ project: Project) throws {
        let generation = project.manifest.generation
        guard device.areProcessors, generation.generator.numberType == "float16" else { return }
        throw Failure(
            .usage,
            "generation.\(generation.method.name).dtype: float16 on the processor would take hours; use bfloat16 or float32, or --device cuda:0"
        )
    }
}

extension Console.Form: ExpressibleByArgument {}
