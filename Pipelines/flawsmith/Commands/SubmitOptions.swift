import ArgumentParser
import EngineLink
import Foundation
import ManifestSections
import StageKit

/// The options that `submit` and `resubmit` share.
struct SubmitOptions: ParsableArguments {
    enum Engine: String, ExpressibleByArgument, CaseIterable { case slurm }

    @OptionGroup var options: RunOptions
    @Option(help: "Who runs the jobs.")
    var engine = Engine.slurm
    @Option(help: DeviceList.help)
    var device = DeviceList.auto
    @Option(help: ArgumentHelp("Shards that run at a time, of each array. (default: any number)", valueName: "K"))
    var maxRunning: Int?
    @Flag(help: "Print the scripts and submit nothing.")
    var dryRun = false
    @Argument(
        parsing: .postTerminator,
        help: ArgumentHelp(
            "After --: options for sbatch, e.g. -- --partition=gpu --gres=gpu:1 --time=4:00:00. They go to every job.",
            valueName: "sbatch option"))
    var sbatch: [String] = []

    func validate() throws {
        guard options.force.isEmpty, options.until == nil else {
            throw ValidationError("a submitted run goes to its end: --force and --until are for `flawsmith run`")
        }
        if let maxRunning, maxRunning < 1 { throw ValidationError("--max-running: expected a number above 0") }
    }

    /// Arguments of the jobs' commands: jobs may begin in another folder.
    var arguments: [String] {
        [URL(fileURLWithPath: options.manifest).standardizedFileURL.path, "--output", options.store.root.path]
            + options.set.flatMap { ["--set", $0] } + options.only.flatMap { ["--only", $0] }
            + ["--device", device.description]
    }

    private var only: OnlyChoice { OnlyChoice(options.only) }

    func submitter(_ project: Project, options: [String]) -> Submitter {
        Submitter(
            project: project, arguments: arguments, mostRunning: maxRunning,
            sampling: only.narrowed(project.manifest.sampling),
            options: options, isDry: dryRun, say: { print($0) })
    }

    /// What shards share out; nil while what pictures are made from isn't finished.
    func work(_ project: Project) throws -> ShardWork? {
        do {
            return try ShardWork(project.runner(keepGoing: false).plan(), store: project.store)
        } catch let failure as Failure where failure.status == .inputMissing {
            return nil
        }
    }
}
