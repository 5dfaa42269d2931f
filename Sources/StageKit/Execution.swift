import Dispatch
import Foundation
import ParameterKit
import Synchronization

/// One run in progress: which jobs are settled, and with which object.
///
/// Bodies of jobs that don't wait for one another run side by side, as many as the runner's options allow. Everything
/// else (what is due, locks, records) happens on the thread that called.
struct Execution {
    let runner: Runner
    let events: any RunEvents
    let previous: [String: String]
    let total: Int
    private(set) var summary = Runner.Summary()
    private var queue: JobQueue
    private var running: [Int: Running] = [:]
    /// Jobs that another process is working on, with the failure that names it.
    private var busy: [JobKey: Failure] = [:]
    private var saidBusy: Set<JobKey> = []
    private let contents: ObjectContents
    private let ended = Ended()
    private let claims = UnitClaims()
    private var position = 0

    /// Jobs whose body was called, with the locks to release when it ends.
    private struct Running {
        let steps: [Runner.Step]
        let taken: [TakenDigests]
        let locks: [CourtesyLock]
        let uses: [ObjectUse]

        func release() {
            for use in uses { use.release() }
            for lock in locks { lock.release() }
        }
    }

    /// Time between two checks of jobs that another process is working on.
    private static let pause: Duration = .milliseconds(200)
    /// Locks that are held only for a check are released by then.
    private static let leastPatience: Duration = .seconds(2)

    init(runner: Runner, events: any RunEvents, previous: [String: String], jobs: [Job], total: Int) {
        (self.runner, self.events, self.previous, self.total) = (runner, events, previous, total)
        queue = JobQueue(jobs)
        contents = ObjectContents(store: runner.store)
    }

    /// Settles every job. Jobs that another process is building come last; then this waits for them as long as the
    /// options allow. Of two runs one always continues, because a run that gives up holds no lock.
    mutating func run() {
        var idleSince: ContinuousClock.Instant?
        while true {
            while running.count < max(1, runner.options.atOnce), let due = next() { start(due) }
            if running.isEmpty {
                guard !busy.isEmpty else { break }
                let begun = idleSince ?? .now
                idleSince = begun
                if begun.duration(to: .now) >= max(runner.options.patience, Self.leastPatience) {
                    giveUp()
                    continue
                }
                Thread.sleep(forTimeInterval: 0.2)
            } else {
                idleSince = nil
                if let (number, outcomes) = ended.wait(busy.isEmpty ? nil : Self.pause),
                    let done = running.removeValue(forKey: number)
                {
                    settle(done, outcomes)
                }
            }
            queue.putBack(Set(busy.keys))
            busy = [:]
        }
    }

    /// The first jobs that can begin: one, or those of its group. Settles jobs on the way that are up to date or can't
    /// run any more.
    private mutating func next() -> [Runner.Step]? {
        while let group = queue.next() {
            let due = group.compactMap { prepare($0) }
            if !due.isEmpty { return due }
        }
        return nil
    }

    /// The job's step, now that its inputs are settled; nil when there is nothing to do.
    private mutating func prepare(_ job: Job) -> Runner.Step? {
        guard runner.isWanted(job) else {
            summary.objects[job.key] = runner.finished(job, objects: summary.objects, contents)
            queue.settle(job.key)
            return nil
        }
        if let (_, absent) = job.inputs.sorted(by: { $0.key < $1.key }).first(where: {
            summary.objects[$0.value] == nil
        }) {
            summary.waiting.append((job.key, runner.absence(of: absent)))
            queue.settle(job.key)
            return nil
        }
        let identity = runner.identity(of: job, objects: summary.objects)
        let object = runner.store.object(identity)
        let reason = runner.reason(job, identity, object, previous: previous, contents)
        let step = Runner.Step(job: job, identity: identity, object: object, reason: reason)
        if case .unreadable(let failure) = reason {
            fail(step, failure)
            return nil
        }
        if reason.runs { return step }
        settleUpToDate(step)
        return nil
    }

    private mutating func settleUpToDate(_ step: Runner.Step) {
        // The folder's name determines the identity; the file is for people and is repaired if damaged.
        if !step.object.hasItsIdentity,
            (try? DurableFile.write(step.identity.json.prettyText, to: step.object.identityFile)) != nil
        {
            events.notice(step.job.key, "identity.json of \(step.object.name) was damaged and written again")
        }
        summary.upToDate += 1
        summary.objects[step.job.key] = step.object.name
        queue.settle(step.job.key)
    }

    private mutating func start(_ steps: [Runner.Step]) {
        var held: [(step: Runner.Step, lock: CourtesyLock, uses: [ObjectUse])] = []
        for step in steps {
            do throws(Failure) {
                try DurableFile.makeFolder(step.object.folder)
                let journal = Journal(file: step.object.log)
                let lock = try CourtesyLock(step.object.lockFile) { text in
                    events.notice(step.job.key, text)
                    journal.append("notice", ["text": .string(text)])
                }
                // Another process may have made it since the plan.
                contents.forget(step.object.name)
                let reason = runner.reason(step.job, step.identity, step.object, previous: previous, contents)
                let now = Runner.Step(
                    job: step.job, identity: step.identity, object: step.object, reason: reason)
                if reason.runs {
                    do throws(Failure) {
                        held.append((now, lock, try uses(of: now)))
                    } catch {
                        lock.release()
                        throw error
                    }
                } else {
                    lock.release()
                    if case .unreadable(let failure) = reason { fail(now, failure) } else { settleUpToDate(now) }
                }
            } catch {
                if error.status == .busy { setAside(step, error) } else { fail(step, error) }
            }
        }
        guard !held.isEmpty else { return }
        let number = position
        var opened: [(step: Runner.Step, lock: CourtesyLock, uses: [ObjectUse], context: JobContext)] = []
        for (step, lock, uses) in held {
            position += 1
            events.started(step.job.key, reason: step.reason, position: position, of: max(total, position))
            do throws(Failure) {
                opened.append((step, lock, uses, try open(step)))
            } catch {
                fail(step, error)
                for use in uses { use.release() }
                lock.release()
            }
        }
        guard let first = opened.first?.step else { return }
        let contexts = opened.map(\.context)
        running[number] = Running(
            steps: opened.map(\.step), taken: contexts.map(\.taken), locks: opened.map(\.lock),
            uses: opened.flatMap(\.uses))
        // What is damaged or forced is made anew.
        let mayTakeOver =
            switch first.reason {
            case .neverBuilt, .interrupted, .changed: true
            default: false
            }
        Thread.detachNewThread { [ended] in
            ended.add(number, Result { try first.job.outcomes(contexts, mayTakeOver: mayTakeOver) })
        }
    }

    /// The rights that a job needs while it runs: to make its object and to read its inputs.
    ///
    /// - Throws: `Failure` 75 while another process uses one of them otherwise, or has an input open.
    private mutating func uses(of step: Runner.Step) throws(Failure) -> [ObjectUse] {
        var uses = [try ObjectUse.making(step.object)]
        let names = Set(step.job.inputs.values.compactMap { summary.objects[$0] })
        for name in names.sorted() {
            let input = runner.store.object(named: name)
            do throws(Failure) {
                uses.append(try .reading(input))
                // A forced run may have come and gone since this run looked.
                contents.forget(name)
                guard input.isDone else {
                    throw Failure(.busy, "another run has begun to make it again", at: input.folder.path)
                }
            } catch {
                for use in uses { use.release() }
                throw error
            }
        }
        return uses
    }

    private mutating func setAside(_ step: Runner.Step, _ failure: Failure) {
        busy[step.job.key] = failure
        if saidBusy.insert(step.job.key).inserted { events.notice(step.job.key, failure.message) }
    }

    /// Gives up the jobs that other processes are working on.
    private mutating func giveUp() {
        for (key, failure) in busy.sorted(by: { $0.key < $1.key }) {
            summary.failures.append((key, failure))
            events.failed(key, failure)
            queue.settle(key)
        }
        busy = [:]
    }

    private mutating func fail(_ step: Runner.Step, _ error: any Error) {
        summary.failures.append((step.job.key, error))
        events.failed(step.job.key, error)
        Journal(file: step.object.log).append("failed", ["reason": .string("\(error)")])
        queue.settle(step.job.key)
    }

    private func open(_ step: Runner.Step) throws(Failure) -> JobContext {
        try step.object.begin(step.identity)
        switch step.reason {
        case .forced: try step.object.putAside()
        case .damaged: try step.object.removeDamage()
        default: if step.object.isDone { try step.object.reopen() }
        }
        let journal = Journal(file: step.object.log)
        journal.append("started", ["reason": .string(step.reason.description)])
        var inputs: [String: StoredObject] = [:]
        for (role, key) in step.job.inputs {
            inputs[role] = summary.objects[key].map { runner.store.object(named: $0) }
        }
        return JobContext(
            key: step.job.key, object: step.object, inputs: inputs, store: runner.store, journal: journal,
            forced: step.reason == .forced, claims: claims, events: events, work: step.object.work)
    }
}

// MARK: - Ends

extension Execution {
    private mutating func settle(_ done: Running, _ outcomes: Result<[Job.Outcome], any Error>) {
        defer { done.release() }
        for (place, step) in done.steps.enumerated() {
            contents.forget(step.object.name)
            do {
                let outcomes = try outcomes.get()
                guard place < outcomes.count else {
                    throw Failure(.internalError, "the stage said nothing of it", at: step.job.key.description)
                }
                // Its inputs are checked again before the object counts as made from them.
                try OutsideFiles.check(namedIn: step.job.asked, store: runner.store.root)
                try settle(step, outcomes[place], done.taken[place])
            } catch {
                restore(step)
                fail(step, error)
            }
        }
    }

    /// A failed forced run must not lose the finished result.
    private func restore(_ step: Runner.Step) {
        if (try? step.object.restoreFormer()) ?? false {
            events.notice(step.job.key, "the result of the run before was kept")
        }
    }

    private mutating func settle(
        _ step: Runner.Step, _ outcome: Job.Outcome, _ taken: TakenDigests
    ) throws(Failure) {
        switch outcome {
        case .complete:
            let isDifferent = try step.object.finish(
                inputs: try contents.digests(of: step.job, objects: summary.objects), taken: taken)
            Journal(file: step.object.log).append("done")
            if isDifferent {
                events.notice(step.job.key, "made again, it came out different; what is built on it is made again, too")
            }
            summary.ran += 1
            summary.objects[step.job.key] = step.object.name
            events.finished(step.job.key, object: step.object.name)
            queue.settle(step.job.key)
        case .incomplete(let missing):
            summary.missingUnits += missing
            let text = "\(missing.count) of its units could not be made"
            let failure = Failure(
                .failed, text, at: step.job.key.description,
                remedy: "Run again to try them once more, or add --keep-going to build on what is there.")
            Journal(file: step.object.log).append(
                "incomplete", ["missing": .array(missing.sorted().map { .string($0) })])
            if runner.options.keepGoing { try keepGoing(step, missing: missing) }
            restore(step)
            fail(step, failure)
        }
    }

    /// An object with a gap gets an identity of its own that names the gap; later stages build on that object.
    private mutating func keepGoing(_ step: Runner.Step, missing: [String]) throws(Failure) {
        var identity = step.identity
        identity.missing = missing.sorted()
        let object = runner.store.object(identity)
        if !object.isDone {
            try DurableFile.makeFolder(object.folder)
            let lock = try CourtesyLock(object.lockFile) { events.notice(step.job.key, $0) }
            defer { lock.release() }
            try object.begin(identity)
            for path in try StoredObject.files(under: step.object.data) {
                let bytes = try DurableFile.read(step.object.data.child(path))
                try DurableFile.write(bytes, to: object.data.child(path))
            }
            try object.finish(inputs: try contents.digests(of: step.job, objects: summary.objects))
        }
        summary.objects[step.job.key] = object.name
    }
}

/// Ended bodies whose results have not been collected yet.
private final class Ended: Sendable {
    private typealias Item = (number: Int, outcomes: Result<[Job.Outcome], any Error>)
    private let items = Mutex<[Item]>([])
    private let arrived = DispatchSemaphore(value: 0)

    func add(_ number: Int, _ outcomes: Result<[Job.Outcome], any Error>) {
        items.withLock { $0.append((number, outcomes)) }
        arrived.signal()
    }

    /// The next ended body; nil if none ended in the given time.
    func wait(_ patience: Duration?) -> (number: Int, outcomes: Result<[Job.Outcome], any Error>)? {
        if let patience {
            let nanoseconds = Int(patience / .nanoseconds(1))
            guard arrived.wait(timeout: .now() + .nanoseconds(nanoseconds)) == .success else { return nil }
        } else {
            arrived.wait()
        }
        return items.withLock { $0.removeFirst() }
    }
}
