import Foundation
import ParameterKit
import StageKit

/// What `status` says of a run's shards: the pictures that are there, with the scheduler's view beside them.
struct ShardReport {
    let tally: ShardTally
    /// By shard, the newest task last.
    private let tasks: [Int: [Slurm.Task]]
    /// Submitted jobs other than arrays that the scheduler still knows.
    private let others: [(kind: String, task: Slurm.Task)]
    /// Why the scheduler's view isn't known; nil: it is, or nothing was submitted.
    private let trouble: String?
    private let wasSubmitted: Bool

    /// Open shards that are named.
    private static let most = 20

    /// nil where nothing was shared out.
    ///
    /// - Parameter steps: of the whole run.
    init?(_ project: Project, steps: [Runner.Step]) throws {
        let work: ShardWork
        do {
            work = try ShardWork(steps, store: project.store)
        } catch let failure as Failure where [.inputMissing, .usage].contains(failure.status) {
            return nil
        }
        let plan = ShardPlan(work, run: project.folder, store: project.store)
        guard let count = try plan.count() else { return nil }
        tally = try ShardTally(work, plan: plan, count: count, store: project.store)
        let submissions = try Submissions(project.folder)
        wasSubmitted = !submissions.jobs.isEmpty
        do throws(Failure) {
            let known = try Slurm.tasks(of: submissions.numbers)
            tasks = submissions.tasks(of: work, among: known)
            others = submissions.jobs.filter { $0.kind != "generate" }.flatMap { job in
                known.filter { $0.job == job.job }.map { (job.kind, $0) }
            }
            trouble = nil
        } catch {
            (tasks, others, trouble) = ([:], [], error.message)
        }
    }

    var text: String {
        var first =
            "shards: \(tally.complete) of \(tally.entries.count) complete, \(tally.found) of \(tally.pictures) pictures"
        if tally.found < tally.pictures, let rate = tally.perHour, let left = tally.secondsLeft {
            first += "; \(Self.rate(rate)), \(Console.span(left)) left"
        }
        var lines = [first]
        let open = tally.entries.filter { !$0.isComplete }
        for entry in open.prefix(Self.most) { lines.append("  shard \(entry.shard): " + words(entry)) }
        if open.count > Self.most { lines.append("  and \(open.count - Self.most) more") }
        if let trouble {
            lines.append("scheduler: unknown (\(trouble))")
        } else if wasSubmitted {
            lines.append("scheduler: \(counts)")
            for (kind, task) in others where task.isLive || task.isStuck {
                lines.append("  \(kind), job \(task.name): \(Self.words(task))")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func words(_ entry: ShardTally.Entry) -> String {
        var parts = ["\(entry.found) of \(entry.pictures) pictures"]
        if entry.failed > 0 { parts.append("\(entry.failed) could not be made") }
        if let task = tasks[entry.shard.index]?.last {
            parts.append("task \(task.name) \(Self.words(task))")
        }
        if let last = entry.last {
            parts.append("last word of \(last.name): \(last.event)\(last.reason.map { ", \($0.prefix(120))" } ?? "")")
        }
        return parts.joined(separator: "; ")
    }

    private static func words(_ task: Slurm.Task) -> String {
        if task.isStuck { return "failed: it will not start (\(task.reason))" }
        let reason = task.reason == "None" || task.reason.isEmpty ? "" : " (\(task.reason))"
        return "is \(task.state)\(reason)\(task.node.isEmpty ? "" : " on \(task.node)")"
    }

    private static func rate(_ perHour: Double) -> String {
        perHour >= 60 ? "\(Int((perHour / 60).rounded())) a minute" : "\(Int(perHour.rounded())) an hour"
    }

    private var counts: String {
        let newest = tasks.values.compactMap(\.last)
        let running = newest.count { $0.state == "RUNNING" }, stuck = newest.count(where: \.isStuck)
        let waiting = newest.count { $0.state == "PENDING" && !$0.isStuck }
        return "\(running) shards run, \(waiting) wait, \(stuck) failed to start"
    }

    var json: JSONValue {
        [
            "count": .int(tally.entries.count), "complete": .int(tally.complete),
            "pictures": ["done": .int(tally.found), "total": .int(tally.pictures)],
            "per_hour": tally.perHour.map { .double($0) } ?? .null,
            "seconds_left": tally.secondsLeft.map { .double($0) } ?? .null,
            "scheduler": trouble.map { .string("unknown: \($0)") } ?? (wasSubmitted ? "answered" : .null),
            "open": .array(tally.entries.filter { !$0.isComplete }.map(json)),
            "others": .array(
                others.map { kind, task in
                    ["kind": .string(kind), "job": .string(task.name), "state": .string(Self.state(task))]
                }),
        ]
    }

    private func json(_ entry: ShardTally.Entry) -> JSONValue {
        let task = tasks[entry.shard.index]?.last
        return [
            "shard": .int(entry.shard.index), "pictures": ["done": .int(entry.found), "total": .int(entry.pictures)],
            "failed": .int(entry.failed), "task": task.map { .string($0.name) } ?? .null,
            "state": task.map { .string(Self.state($0)) } ?? .null,
            "reason": task.map { .string($0.reason) } ?? .null, "node": task.map { .string($0.node) } ?? .null,
            "last_attempt": entry.last.map { .string($0.name) } ?? .null,
            "last_word": entry.last.map { .string($0.event) } ?? .null,
        ]
    }

    private static func state(_ task: Slurm.Task) -> String { task.isStuck ? "FAILED" : task.state }
}
