import EngineLink
import Foundation
import ManifestSections
import StageKit
import Synchronization

/// One shard of a project's pictures, as `run --shard` makes it.
struct ShardTask {
    let project: Project
    let console: Console
    let width: Int

    /// The attempt that is under way, for whoever ends it from outside.
    final class Current: Sendable {
        private let run = Mutex<ShardRun?>(nil)

        func set(_ run: ShardRun) { self.run.withLock { $0 = run } }
        func abandon() { run.withLock { $0 }?.abandon() }
    }

    /// - Parameter prepare: called before anything is drawn, and not where all is there.
    /// - Throws: `Failure` 66 where pictures can't be begun yet, 64 for another number of shards, 75 for what will be
    ///   possible in a moment, 1 where pictures could not be made.
    func execute(_ shard: Shard, current: Current, prepare: ([Runner.Step]) throws -> Void) throws {
        let use = try StoreUse.building(in: project.store)
        defer { use.release() }
        let work = try ShardWork(project.runner(keepGoing: false).plan(), store: project.store)
        let plan = ShardPlan(work, run: project.folder, store: project.store)
        try plan.fix(shard.count, resolved: project.manifest.resolvedText)
        let run = try ShardRun(shard, of: work, plan: plan, store: project.store)
        current.set(run)
        if !run.isThere {
            console.summary("shard \(shard): \(run.found) of its \(run.total) pictures are there")
            try prepare(work.steps)
        }
        let summary = try run.execute(width: width, events: console)
        guard summary.missing.isEmpty else {
            throw Failure(
                .failed, "\(summary.missing.count) of its \(summary.total) pictures could not be made",
                at: "shard \(shard)", remedy: "Run the same command again to try them once more.")
        }
        console.summary("shard \(shard) is complete: \(summary.total) pictures, \(run.found) of them were there before")
    }
}

extension Project {
    /// Refuses to draw: what follows shards, on a machine that isn't meant for drawing, must not do their work.
    ///
    /// - Throws: `Failure` 75 where pictures are missing.
    func refuseMissingPictures() throws {
        var missing = 0, total = 0
        for step in runner(keepGoing: false).plan() where step.reason.runs {
            guard let tally = step.job.tally else { continue }
            let inputs = step.identity.inputs.mapValues { store.object(named: $0) }
            guard inputs.values.allSatisfy(\.isDone) else {
                throw Failure(
                    .busy, "\(step.job.key) isn't finished, and what it is made from isn't either",
                    remedy: "Run the manifest until sample, then its shards.")
            }
            let found = try tally(inputs, store)
            missing += found.total - found.done
            total += found.total
        }
        guard missing == 0 else {
            throw Failure(
                .busy, "\(missing) of \(total) pictures that samples ask for are missing",
                remedy:
                    "Run the shards that are open (`flawsmith status` names them, `flawsmith resubmit` submits them), or leave --no-drawing away."
            )
        }
    }
}
