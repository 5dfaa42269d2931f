import ArgumentParser
import EngineLink
import Foundation
import StageKit

/// Hands to a scheduler what of a submitted run is missing.
struct ResubmitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resubmit", abstract: "Submit the shards again that are open and that no task is at.",
        discussion: """
            Looks at the pictures that are there, not at how tasks ended. Options for sbatch are those of before, unless there are new ones after --.

            Example:
              flawsmith resubmit parts.yaml -- --partition=gpu --gres=gpu:1 --time=12:00:00
            """)

    @OptionGroup var submit: SubmitOptions

    func run() throws {
        let engines = try submit.device.pool()
        let console = Console()
        let project = try Project(submit.options, engines: engines) { console.notice(nil, $0) }
        var submissions = try Submissions(project.folder)
        guard let work = try submit.work(project) else {
            throw Failure(
                .inputMissing, "what pictures are made from isn't finished", remedy: "Give `flawsmith submit` again.")
        }
        let plan = ShardPlan(work, run: project.folder, store: project.store)
        guard let count = try plan.count() else {
            throw Failure(
                .usage, "nothing of this manifest was shared out", remedy: "Give `flawsmith submit` first.")
        }
        // No answer isn't an empty queue: then what is missing can't be told from what is under way.
        let tasks = try Slurm.tasks(of: submissions.numbers)
        let byShard = submissions.tasks(of: work, among: tasks)
        for task in tasks where task.isStuck {
            console.notice(nil, "\(task.name) will not start (\(task.reason)): `scancel \(task.name)` takes it away")
        }
        let tally = try ShardTally(work, plan: plan, count: count, store: project.store)
        let open = tally.entries.filter { !$0.isComplete }.map(\.shard.index)
        let missing = open.filter { !(byShard[$0] ?? []).contains(where: \.isLive) }
        let isOver = !project.runner(keepGoing: false).plan().contains { $0.reason.runs }
        let isFollowed = tasks.contains { task in
            task.isLive && submissions.jobs.contains { $0.job == task.job && $0.kind != "generate" }
        }
        if missing.isEmpty, isOver || isFollowed || !open.isEmpty {
            print(
                isOver
                    ? "nothing to submit: everything is up to date"
                    : "nothing to submit: tasks are at all that is missing")
            return
        }
        let arrays = submissions.arrays(of: work)
        let live = Set(tasks.filter(\.isLive).map(\.job)).intersection(arrays.map(\.job))
        let options = submit.sbatch.isEmpty ? submissions.jobs.last?.options ?? [] : submit.sbatch
        print("\(missing.count) of \(count) shards are missing")
        try submit.submitter(project, options: options).submit(
            missing, of: count, work: Submissions.key(work), submissions: &submissions, beside: live.sorted())
    }
}
