import Foundation
import ParameterKit
import Synchronization

/// Makes one shard's pictures and nothing else. Any number of processes may do so at once, for other shards or for the
/// same one: a unit's record is written once, and who makes the same unit again compares.
package final class ShardRun: Sendable {
    package struct Summary: Sendable {
        /// Pictures of the shard.
        package var total = 0
        /// Units that could not be made.
        package var missing: [String] = []
    }

    package let shard: Shard
    /// Pictures of it, and how many were there before.
    package let total: Int
    package let found: Int
    private let pieces: [ShardWork.Piece]
    private let store: ArtifactStore
    private let scratch: ScratchFolder
    private let journal: Journal
    private let state: Mutex<(done: Double, shares: [Double])>

    /// - Throws: `Failure` 73 or 74 when the plan's folder can't be written.
    package init(_ shard: Shard, of work: ShardWork, plan: ShardPlan, store: ArtifactStore) throws(Failure) {
        (self.shard, self.store) = (shard, store)
        pieces = Array(work.pieces(of: shard))
        total = pieces.reduce(0) { $0 + $1.part.pictures }
        found = pieces.reduce(0) { $0 + ($1.part.isThere(in: store) ? $1.part.pictures : 0) }
        state = Mutex((0, Array(repeating: 0, count: pieces.count)))
        // What a killed attempt left on this machine. Whether one elsewhere lives can't be known.
        let own = "\(shard.index)-\(DurableFile.boot)-"
        try DurableFile.makeFolder(plan.scratch)
        ScratchFolder.sweep(plan.scratch, prefix: own)
        scratch = try ScratchFolder(in: plan.scratch, prefix: "\(own)\(Attempt.label)-")
        try DurableFile.makeFolder(plan.attempts)
        journal = Journal(
            file: plan.attempts.child("\(shard.index)-\(scratch.url.lastPathComponent.dropFirst(own.count)).jsonl"))
        journal.append("started", facts)
    }

    private var facts: [String: JSONValue] {
        [
            "shard": .string(shard.description), "pictures": .int(total), "found": .int(found),
            "attempt": .string(Attempt.label), "host": .string(Journal.hostName),
        ]
    }

    /// Whether every unit is recorded.
    package var isThere: Bool { found == total && pieces.allSatisfy { $0.part.isThere(in: store) } }

    /// The last word of an attempt that is ended from outside; must be quick.
    package func abandon() {
        journal.append("interrupted")
        scratch.remove()
    }

    /// - Parameter width: pieces that are made side by side.
    /// - Throws: `Failure` 75 while another process makes an input again; whatever ends all of a stage.
    package func execute(width: Int, events: any RunEvents) throws -> Summary {
        defer { scratch.remove() }
        do {
            let uses = try inputs().map { try ObjectUse.reading($0) }
            defer { for use in uses { use.release() } }
            let claims = UnitClaims()
            let missing = try sideBySide(Array(pieces.indices), width: width) { place in
                try self.make(place, claims, events)
            }
            let summary = Summary(total: total, missing: missing.flatMap(\.self))
            journal.append(
                summary.missing.isEmpty ? "done" : "incomplete",
                ["missing": .array(summary.missing.sorted().map { .string($0) })])
            return summary
        } catch {
            journal.append("failed", ["reason": .string("\(error)")])
            throw error
        }
    }

    private func inputs() -> [StoredObject] {
        Set(pieces.flatMap { $0.step.identity.inputs.values }).sorted().map { store.object(named: $0) }
    }

    private func make(_ place: Int, _ claims: UnitClaims, _ events: any RunEvents) throws -> [String] {
        let (step, part) = (pieces[place].step, pieces[place].part)
        let context = JobContext(
            key: step.job.key, object: step.object,
            inputs: step.identity.inputs.mapValues { store.object(named: $0) }, store: store, journal: journal,
            forced: false, claims: claims, events: events, work: scratch.url)
        let missing = try part.make(context) { share in self.say(share, of: place, events) }
        if missing.isEmpty, !part.isThere(in: store) {
            throw Failure(
                .busy, "pictures were taken away while others were made", at: "shard \(shard)",
                remedy: "Run the same command again.")
        }
        say(1, of: place, events)
        return missing
    }

    private func say(_ share: Double, of place: Int, _ events: any RunEvents) {
        let done = state.withLock { state in
            state.done += (share - state.shares[place]) * Double(pieces[place].part.pictures)
            state.shares[place] = share
            return state.done
        }
        events.progress(
            JobKey("generate", "shard \(shard)"), done: done, total: total, note: pieces[place].step.job.key.subject)
    }
}
