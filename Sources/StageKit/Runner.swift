/// Runs the jobs of a graph, and can tell beforehand what would run and why.
///
/// A job whose object is done is never run again. Everything else is decided from the disk alone: nothing is remembered
/// between runs but the objects themselves.
package struct Runner: Sendable {
    package struct Options: Sendable {
        /// The last stage to run; nil: all.
        package var until: String?
        /// Per-category stages run only for these; stages over the whole set run if all their inputs exist.
        package var only: Set<String>?
        /// Jobs with a mark of one of these names run only where it has one of the values.
        package var onlyMarks: [String: Set<String>] = [:]
        package var forced: Set<String> = []
        package var keepGoing = false
        /// How many jobs that don't wait for one another run side by side.
        package var atOnce = 1
        /// How long to wait for objects that another process is building, once nothing else is left to do.
        package var patience: Duration = .zero
        package init() {}
    }

    package struct Step: Sendable {
        package let job: Job
        package let identity: ObjectIdentity
        package let object: StoredObject
        package let reason: RunReason
    }

    package struct Summary: Sendable {
        package var ran = 0
        package var upToDate = 0
        package var failures: [(JobKey, any Error)] = []
        package var waiting: [(JobKey, String)] = []
        package var missingUnits: [String] = []
        /// Job → object, for the run's lock file.
        package var objects: [JobKey: String] = [:]
    }

    package let graph: JobGraph
    package let store: ArtifactStore
    package let run: RunFolder
    package let options: Options
    /// Stages in their order, for `until`.
    package let stages: [String]

    package init(graph: JobGraph, store: ArtifactStore, run: RunFolder, stages: [String], options: Options = Options())
    {
        (self.graph, self.store, self.run, self.stages, self.options) = (graph, store, run, stages, options)
    }

    /// What would run, and why, without running anything. Gaps are assumed to close.
    package func plan() -> [Step] {
        var identities: [JobKey: String] = [:]
        var pending: Set<JobKey> = []
        let previous = run.previous()
        let contents = ObjectContents(store: store)
        return reached().compactMap { job in
            guard isWanted(job) else {
                identities[job.key] = finished(job, objects: identities, contents)
                return nil
            }
            let identity = identity(of: job, objects: identities)
            let object = store.object(identity)
            identities[job.key] = object.name
            var reason = reason(job, identity, object, previous: previous, contents)
            // `--only` may leave an input missing; the plan reports this, so that a run doesn't fail halfway.
            if let absent = absentInput(of: job, made: identities, pending: pending) { reason = .blocked(absent) }
            if reason.runs { pending.insert(job.key) }
            return Step(job: job, identity: identity, object: object, reason: reason)
        }
    }

    /// Job → object of what is due.
    package func planned() -> [JobKey: String] {
        Dictionary(plan().filter(\.reason.runs).map { ($0.job.key, $0.object.name) }) { first, _ in first }
    }

    /// Runs what is due. One failed job stops what is built on it; the rest goes on.
    ///
    /// - Parameter due: how many jobs are, by `plan`; nil: looked up.
    package func execute(events: any RunEvents, due: Int? = nil) -> Summary {
        var execution = Execution(
            runner: self, events: events, previous: run.previous(), jobs: reached(), total: due ?? planned().count)
        execution.run()
        return execution.summary
    }

    /// Jobs up to `until`, those that `only` leaves out included.
    func reached() -> [Job] {
        let last = options.until.flatMap { stages.firstIndex(of: $0) } ?? stages.count
        return graph.jobs.filter { job in stages.firstIndex(of: job.key.stage).map { $0 <= last } ?? false }
    }

    /// Whether the job is asked for; what `only` leaves out is used where it is finished.
    func isWanted(_ job: Job) -> Bool {
        if let only = options.only, let category = job.category, !only.contains(category) { return false }
        return options.onlyMarks.allSatisfy { name, values in job.marks[name].map(values.contains) ?? true }
    }

    /// The finished object of a job that `only` leaves out; nil: there is none. One that can't be read just now isn't
    /// missing: who uses it says so.
    ///
    /// - Parameter objects: of its inputs.
    func finished(_ job: Job, objects: [JobKey: String], _ contents: ObjectContents) -> String? {
        guard job.inputs.values.allSatisfy({ objects[$0] != nil }) else { return nil }
        let identity = identity(of: job, objects: objects), object = store.object(identity)
        do throws(Failure) {
            guard try DurableFile.exists(object.doneFile) else { return nil }
            return try stateOfDone(job, identity, object, contents) == .upToDate ? object.name : nil
        } catch {
            return object.name
        }
    }

    /// Why a job can't begin: its input isn't there.
    func absence(of key: JobKey) -> String {
        let isLeftOut = graph[key].map { !isWanted($0) } ?? false
        return "\(key) isn't done" + (isLeftOut ? ", and --only leaves it out" : "")
    }

    func identity(of job: Job, objects: [JobKey: String]) -> ObjectIdentity {
        ObjectIdentity(
            stage: job.key.stage, version: job.version, asked: job.asked,
            inputs: job.inputs.mapValues { objects[$0] ?? "absent" })
    }

    /// - Parameter contents: what the inputs hold, as read in this run.
    func reason(
        _ job: Job, _ identity: ObjectIdentity, _ object: StoredObject, previous: [String: String],
        _ contents: ObjectContents
    ) -> RunReason {
        if options.forced.contains(job.key.stage) { return .forced }
        do throws(Failure) {
            if try DurableFile.exists(object.doneFile) { return try stateOfDone(job, identity, object, contents) }
            if try DurableFile.exists(object.identityFile) { return .interrupted }
        } catch {
            return .unreadable(error)
        }
        guard let name = previous[job.key.description], let old = store.object(named: name).identity else {
            return .neverBuilt
        }
        let changes = identity.changes(since: old)
        return changes.isEmpty ? .neverBuilt : .changed(changes)
    }

    private func stateOfDone(
        _ job: Job, _ identity: ObjectIdentity, _ object: StoredObject, _ contents: ObjectContents
    ) throws(Failure) -> RunReason {
        guard let done = try object.done() else { return .damaged(StoredObject.torn) }
        if let problem = try object.damage(of: done).first { return .damaged(problem) }
        do throws(Failure) {
            if let gap = try job.gap?(object, store) { return .damaged(gap) }
        } catch  where error.status == .badData {
            return .damaged(error.message)
        }
        contents.learn(object.name, done)
        guard let held = done.inputs else { return .upToDate }
        for (role, name) in identity.inputs.sorted(by: { $0.key < $1.key }) {
            // An input that isn't finished now is checked when it is.
            guard let before = held[role], let now = try contents.digest(name), now != before else { continue }
            return .changed(["its input \(role) was made again and came out different"])
        }
        return .upToDate
    }

    private func absentInput(of job: Job, made: [JobKey: String], pending: Set<JobKey>) -> String? {
        for (_, key) in job.inputs.sorted(by: { $0.key < $1.key }) {
            guard let name = made[key], pending.contains(key) || store.object(named: name).isDone else {
                return absence(of: key)
            }
        }
        return nil
    }
}
