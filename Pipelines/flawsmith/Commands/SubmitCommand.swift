import ArgumentParser
import EngineLink
import Foundation
import ManifestSections
import StageKit

/// Hands a run to a scheduler, in shards.
struct SubmitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit", abstract: "Hand a run to Slurm: its pictures in shards, then what follows.",
        discussion: """
            Makes here what pictures are made from (ingest to sample: short), then submits an array with a task for each shard, an array that exports, fits \
            and judges with a task for each shot count and seed, and a job for the report. Each waits for the one before; those after the first draw nothing themselves. Tasks need a file system that all nodes share, and no network.

            Examples:
              flawsmith submit parts.yaml --shards 64 --max-running 16 -- --partition=gpu --gres=gpu:1 --time=4:00:00
              flawsmith submit parts.yaml --shards 64 --dry-run
            """)

    @OptionGroup var submit: SubmitOptions
    @Option(
        help: ArgumentHelp(
            "How many shards there are; the result doesn't depend on it. (default: one for 200 pictures)",
            valueName: "N"))
    var shards: Int?
    @Flag(help: "Leave ingest to sample to a job, too; needs --shards.")
    var prepareInJob = false

    /// Enough for the time that a model takes to load, few enough to lose little.
    private static let picturesOfAShard = 200

    func validate() throws {
        if let shards, !(1...ShardRequest.mostShards).contains(shards) {
            throw ValidationError("--shards: expected 1 to \(ShardRequest.mostShards)")
        }
        guard !prepareInJob || shards != nil else {
            throw ValidationError("--prepare-in-job needs --shards: how many pictures there are isn't known before")
        }
    }

    func run() throws {
        let engines = try submit.device.pool()
        let interruption = Interruption(engines: engines)
        defer { withExtendedLifetime(interruption) { engines.close() } }
        let console = Console()
        let project = try Project(submit.options, engines: engines) { console.notice(nil, $0) }
        var submissions = try Submissions(project.folder)
        if !submit.dryRun {
            let live = try Slurm.tasks(of: submissions.numbers).filter(\.isLive)
            if let one = live.first {
                throw Failure(
                    .busy, "\(live.count) of this run's tasks are in the queue already, \(one.name) among them",
                    remedy:
                        "`flawsmith status` says what they are at; `flawsmith resubmit` submits what no task is at; `scancel \(one.job)` ends them."
                )
            }
        }
        let submitter = submit.submitter(project, options: submit.sbatch)
        var work = try submit.work(project), before: String?
        if work == nil {
            if prepareInJob {
                before = try submitter.prepare(submissions: &submissions)
            } else if submit.dryRun {
                print("# before, here: flawsmith run \(submit.options.manifest) --until sample\n")
            } else {
                work = try prepare(engines, console)
            }
        }
        guard let work else {
            guard let shards else {
                throw Failure(
                    .usage, "how many pictures there are isn't known before ingest to sample are done",
                    remedy: "Say --shards N, or run the manifest --until sample first.")
            }
            return try submitter.submit(
                Array(0..<shards), of: shards, work: nil, submissions: &submissions, after: before)
        }
        try submit(work, project, submitter, &submissions)
    }

    private func submit(
        _ work: ShardWork, _ project: Project, _ submitter: Submitter, _ submissions: inout Submissions
    ) throws {
        let plan = ShardPlan(work, run: project.folder, store: project.store)
        let usual = max(1, min(work.pieces.count, (work.pictures - 1) / Self.picturesOfAShard + 1))
        let count = try shards ?? plan.count() ?? usual
        if submit.dryRun {
            if let known = try plan.count(), known != count {
                print("# the plan says \(known) shards: \(plan.file.path)")
            }
        } else {
            try plan.fix(count, resolved: project.manifest.resolvedText)
        }
        let tally = try ShardTally(work, plan: plan, count: count, store: project.store)
        let open = tally.entries.filter { !$0.isComplete }.map(\.shard.index)
        if open.isEmpty, !submit.dryRun,
            !project.runner(keepGoing: false).plan().contains(where: { $0.reason.runs })
        {
            return print("nothing to submit: everything is up to date")
        }
        if !submit.dryRun {
            print("\(tally.pictures - tally.found) of \(tally.pictures) pictures in \(open.count) of \(count) shards")
        }
        try submitter.submit(open, of: count, work: Submissions.key(work), submissions: &submissions)
    }

    /// Ingest to sample.
    private func prepare(_ engines: EnginePool, _ console: Console) throws -> ShardWork? {
        var first = submit.options
        first.until = .sample
        let project = try Project(first, engines: engines, isRun: true) { console.notice(nil, $0) }
        let summary = try ProjectRun(project: project, console: console, keepGoing: false).execute()
        if let status = summary.failureStatus(hasOnly: !first.only.isEmpty) { throw ExitCode(status.rawValue) }
        return try submit.work(Project(submit.options, engines: engines) { console.notice(nil, $0) })
    }
}
