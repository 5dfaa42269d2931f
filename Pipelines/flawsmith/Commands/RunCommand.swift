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

            With --shard it draws one share of the pictures and nothing else, beside the others, on any machine that sees the same folder. It ends \
            with 0 where its share is complete, with 75 where the same command is to be given again.

            Example:
              flawsmith run parts.yaml --until sample && flawsmith run parts.yaml --until generate --shard 3/8
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
    @Option(
        help: ArgumentHelp(
            "Draw this share of the pictures alone: the first of eight is 0/8; auto/8 takes the number from SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX or SGE_TASK_ID. Needs --until generate.",
            valueName: "i/n"))
    var shard: ShardRequest?
    @Flag(help: "Draw no picture: where one is missing, end with 75. For what follows shards.")
    var noDrawing = false

    func validate() throws {
        if shard != nil {
            guard options.until == .generate, options.force.isEmpty, !keepGoing, !noDrawing else {
                throw ValidationError(
                    "--shard draws pictures and nothing else: it needs --until generate, and goes with neither --force, --keep-going nor --no-drawing"
                )
            }
        }
        guard !noDrawing || !options.force.contains(.generate) else {
            throw ValidationError("--no-drawing and --force generate: one of them")
        }
        guard (0...31_536_000).contains(wait) else {
            throw ValidationError("--wait: expected 0 to 31536000 seconds")
        }
    }

    func run() throws {
        let engines = try device.pool()
        let current = ShardTask.Current()
        let interruption = Interruption(engines: engines) { current.abandon() }
        defer { withExtendedLifetime(interruption) { engines.close() } }
        let console = Console(quiet: quiet, form: logFormat)
        let share = try shard?.shard(in: ProcessInfo.processInfo.environment)
        let project = try Project(options, engines: engines, isRun: share == nil) { console.notice(nil, $0) }
        try refuseHalfPrecision(project)
        if let share {
            return try ShardTask(project: project, console: console, width: engines.count).execute(
                share, current: current
            ) { steps in
                try Preflight(project.manifest, steps: steps).checkDevices(
                    engines, cpuinfo: DoctorCommand.contents("/proc/cpuinfo")
                ) { console.notice(nil, $0) }
            }
        }
        if noDrawing { try project.refuseMissingPictures() }
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
            "generation.\(generation.generator.methodName).dtype: float16 on the processor would take hours; use bfloat16 or float32, or --device cuda:0"
        )
    }
}

extension Console.Form: ExpressibleByArgument {}

extension ShardRequest: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}
