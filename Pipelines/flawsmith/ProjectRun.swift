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
        let steps = runner.plan(), due = steps.filter(\.reason.runs)
        try project.folder.begin(
            resolved: project.manifest.resolvedText,
            planned: Dictionary(due.map { ($0.job.key, $0.object.name) }) { first, _ in first })
        console.expect(project.estimate(steps))
        var options = runner.options
        options.patience = patience
        let summary = Runner(
            graph: runner.graph, store: runner.store, run: runner.run, stages: runner.stages, options: options
        ).execute(events: console, due: due.count)
        try project.folder.record(summary.objects)
        if linksExports { try project.publishExports(summary) { console.notice(nil, $0) } }
        project.recordCost(summary)
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
    /// The exit status of a run; nil on success. Jobs that wait for what `--only` leaves out are for now out of reach.
    ///
    /// - Parameter hasOnly: whether categories were left out.
    func failureStatus(hasOnly: Bool = false) -> ExitStatus? {
        if let (_, error) = failures.first { return ErrorReport(error).status }
        return waiting.isEmpty ? nil : hasOnly ? .busy : .failed
    }
}
