package import Foundation
import ParameterKit

/// How the pictures of a run are shared out: `Output/runs/<run>/shards/<12 hex of the work>/plan.json`, written once.
package struct ShardPlan: Sendable {
    /// Holds the plan, a log for each attempt, and scratch.
    package let folder: URL
    private let run: RunFolder
    private let work: ShardWork
    private let store: ArtifactStore

    package init(_ work: ShardWork, run: RunFolder, store: ArtifactStore) {
        (self.work, self.run, self.store) = (work, run, store)
        folder = run.folder.child("shards/\(work.digest.prefix(12))")
    }

    package var file: URL { folder.child("plan.json") }
    var scratch: URL { folder.child("work") }
    package var attempts: URL { folder.child("attempts") }

    /// The number of shards that was fixed; nil: none was.
    ///
    /// - Throws: `Failure` 74 where that can't be read, 65 where the file isn't whole.
    package func count() throws(Failure) -> Int? {
        guard try DurableFile.exists(file) else { return nil }
        let bytes = try DurableFile.read(file)
        guard let json = try? JSONValue(parsing: bytes), json["work"]?.string == work.digest,
            let count = json["shards"]?.int, count > 0
        else {
            throw Failure(
                .badData, "isn't whole, so that nobody knows how many shards there are", at: file.path,
                remedy: "Remove it once none of them runs, and start them again.")
        }
        return count
    }

    /// Fixes the number of shards. The first one counts, until every picture is there.
    ///
    /// Before that it notes what is set out to be made, so that `clean` takes nothing of it away.
    /// - Parameter resolved: the resolved manifest.
    /// - Throws: `Failure` 64 where another number was fixed and something is still missing.
    package func fix(_ count: Int, resolved: String) throws(Failure) {
        if let known = try self.count() {
            if known == count { return }
            guard work.isThere(in: store) else { throw refusal(known, count) }
            try DurableFile.write(text(count), to: file)
            return
        }
        try run.begin(
            resolved: resolved,
            planned: Dictionary(work.steps.filter(\.reason.runs).map { ($0.job.key, $0.object.name) }) { one, _ in one }
        )
        for step in work.steps where step.reason.runs && !step.object.exists {
            try DurableFile.write(step.identity.json.prettyText, to: step.object.identityFile)
        }
        if try DurableFile.writeFirst(Data(text(count).utf8), to: file) { return }
        if let known = try self.count(), known != count { throw refusal(known, count) }
    }

    private func text(_ count: Int) -> String {
        JSONValue.object([
            "shards": .int(count), "pieces": .int(work.pieces.count), "pictures": .int(work.pictures),
            "work": .string(work.digest),
        ]).prettyText
    }

    private func refusal(_ known: Int, _ count: Int) -> Failure {
        Failure(
            .usage,
            "these pictures are shared out among \(known) shards, and some of them are open; asked for was "
                + "one of \(count)", at: file.path,
            remedy: "Finish those \(known), or remove this file once none of them runs: what they made stays.")
    }
}
