import ManifestKit
import ManifestSections
import StageKit

/// Runs one project, continuing where an earlier run stopped. Used by `run`, and by `compare` for each row.
struct ProjectRun {
    let project: Project
    let console: Console
    let keepGoing: Bool
    /// Whether to link the exports where users look for them. Not for variants of a manifest, whose exports have the
    /// same name.
    var linksExports = true
    /// How long to wait for objects that another process is building, once nothing else is left to do.
    var patience: Duration = .zero

    /// Runs the jobs that are due, records them in the run's folder, puts the report there, and returns a summary.
    ///
    /// - Throws: `Failure` when the run's folder can't be written. Failures of jobs are in the summary.
    func execute() throws -> Runner.Summary {
        let begun = ContinuousClock.now
        let use = try StoreUse.building(in: project.store)
        defer { use.release() }
        let runner = project.runner(keepGoing: keepGoing)
        try project.folder.begin(resolved: project.manifest.resolvedText, planned: runner.planned())
        var options = runner.options
        options.patience = patience
        let summary = Runner(
            graph: runner.graph, store: runner.store, run: runner.run, stages: runner.stages, options: options
        ).execute(events: console)
        try project.folder.record(summary.objects)
        if linksExports { try project.publishExports(summary) { console.notice(nil, $0) } }
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
    /// The exit status of a run; nil on success.
    ///
    /// - Parameter waitingIsFailure: whether jobs that wait for other processes count as failures.
    func failureStatus(waitingIsFailure: Bool = true) -> ExitStatus? {
        if let (_, error) = failures.first { return ErrorReport(error).status }
        return waiting.isEmpty || !waitingIsFailure ? nil : .failed
    }
}
