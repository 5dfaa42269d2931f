import ManifestKit
import ManifestSections
import StageKit

/// One project, run from wherever an earlier run of it came to: what `run` does, and `compare` for each row.
struct ProjectRun {
    let project: Project
    let console: Console
    let keepGoing: Bool
    /// Put the exports where users look for them. Variants of a manifest have exports of one name: they leave that
    /// place alone.
    var linksExports = true
    /// How long to wait for what another process is building once nothing else is left to do.
    var patience: Duration = .zero

    /// Makes what is due, records it in the run's folder, puts the report there, and says how it went.
    ///
    /// - Throws: `Failure` when the run's folder can't be written. What jobs fail of is in the summary.
    func execute() throws -> Runner.Summary {
        let begun = ContinuousClock.now
        try project.folder.begin(resolved: project.manifest.resolvedText)
        let runner = project.runner(keepGoing: keepGoing)
        var options = runner.options
        options.patience = patience
        let summary = Runner(
            graph: runner.graph, store: runner.store, run: runner.run, stages: runner.stages, options: options
        ).execute(events: console)
        try project.folder.record(summary.objects)
        if linksExports { try project.publishExports(summary) }
        try project.publishReport(summary)

        let seconds = Double((ContinuousClock.now - begun).components.seconds)
        if summary.failures.isEmpty {
            console.summary(
                summary.ran == 0
                    ? "nothing to do: \(summary.upToDate) objects are up to date"
                    : "done: \(summary.ran) objects made, \(summary.upToDate) up to date, \(Console.span(seconds))")
        }
        for (key, reason) in summary.waiting { console.summary("\(key) waits: \(reason)") }
        return summary
    }
}

extension Runner.Summary {
    /// What a run ends with; nil when all went well.
    ///
    /// - Parameter waitingIsFailure: jobs that wait for others count, too.
    func failureStatus(waitingIsFailure: Bool = true) -> ExitStatus? {
        if let (_, error) = failures.first { return ErrorReport(error).status }
        return waiting.isEmpty || !waitingIsFailure ? nil : .failed
    }
}
