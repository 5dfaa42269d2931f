package import ParameterKit

/// Why jobs run or don't: each beside what the run before made of it.
package struct WhyReport: Sendable {
    package struct Entry: Sendable {
        package let key: JobKey
        package let reason: RunReason
        package let object: String
        /// The object of the run before; nil: there was none, or it is gone.
        package let former: String?
        package let differences: [IdentityDifference]
    }

    package let entries: [Entry]

    /// - Parameters:
    ///   - wanted: a stage (`generate`), or the beginning of a job's name (`generate/hazelnut`); nil: all that run.
    ///   - run: whose last run, or that of the same name, is compared with.
    /// - Throws: `Failure` 64 for a stage or job that isn't there, with those that are.
    package init(_ steps: [Runner.Step], wanted: String?, run: RunFolder, store: ArtifactStore) throws(Failure) {
        let chosen = steps.filter { step in
            guard let wanted else { return step.reason != .upToDate }
            return step.job.key.stage == wanted || step.job.key.description == wanted
                || step.job.key.description.hasPrefix(wanted + "/")
        }
        if let wanted, chosen.isEmpty {
            let stages = steps.reduce(into: [String]()) {
                if !$0.contains($1.job.key.stage) { $0.append($1.job.key.stage) }
            }
            throw Failure(
                .usage, "the manifest has no such stage or job", at: wanted,
                remedy: "Stages: \(stages.joined(separator: ", ")). Jobs: as `plan` lists them.")
        }
        let previous = run.previous()
        entries = chosen.map { step in
            let former = previous[step.job.key.description]
            let old = former.flatMap { store.object(named: $0).identity }
            return Entry(
                key: step.job.key, reason: step.reason, object: step.object.name, former: old == nil ? nil : former,
                differences: old.map { IdentityDifference.between($0, step.identity) } ?? [])
        }
    }

    package var text: String {
        guard !entries.isEmpty else { return "everything is up to date\n" }
        return entries.map { entry in
            var lines = ["\(entry.key): \(entry.reason)"]
            if let former = entry.former, former != entry.object {
                lines.append("  \(former) → \(entry.object)")
            } else if entry.former == nil, entry.reason == .neverBuilt {
                lines.append("  no earlier run of this name made it")
            }
            return (lines + entry.differences.flatMap(\.lines).map { "  " + $0 }).joined(separator: "\n")
        }.joined(separator: "\n") + "\n"
    }

    package var json: JSONValue {
        [
            "jobs": .array(
                entries.map { entry in
                    [
                        "job": .string(entry.key.description), "runs": .bool(entry.reason.runs),
                        "reason": .string(entry.reason.description), "object": .string(entry.object),
                        "former": entry.former.map { .string($0) } ?? .null,
                        "differences": .array(
                            entry.differences.map {
                                [
                                    "path": .string($0.path), "old": $0.old.map { .string($0) } ?? .null,
                                    "new": $0.new.map { .string($0) } ?? .null,
                                ]
                            }),
                    ]
                })
        ]
    }
}
