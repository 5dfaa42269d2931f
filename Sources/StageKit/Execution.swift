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
    /// Not begun yet, in the graph's order.
    private var waiting: [Job]
    private var running: [Int: Running] = [:]
    private let ended = Ended()
    private let claims = UnitClaims()
    private var position = 0

    /// Jobs whose body was called, with what has to be let go when it ends.
    private struct Running {
        let steps: [Runner.Step]
        let locks: [CourtesyLock]
    }

    init(runner: Runner, events: any RunEvents, previous: [String: String], jobs: [Job], total: Int) {
        (self.runner, self.events, self.previous, self.total) = (runner, events, previous, total)
        waiting = jobs
    }

    /// Settles every job.
    mutating func run() {
        repeat {
            while running.count < max(1, runner.options.atOnce), let due = next() { start(due) }
            guard !running.isEmpty else { break }
            let (number, outcomes) = ended.wait()
            if let done = running.removeValue(forKey: number) { settle(done, outcomes) }
        } while true
    }

    /// The first jobs that can begin: one, or those of its group. What is up to date or waits in vain is settled on the
    /// way.
    private mutating func next() -> [Runner.Step]? {
        while true {
            let open = Set(waiting.map(\.key)).union(running.values.flatMap { $0.steps.map(\.job.key) })
            guard let first = waiting.first(where: { open.isDisjoint(with: $0.inputs.values) }) else { return nil }
            let group =
                first.group.map { name in waiting.filter { $0.group == name && open.isDisjoint(with: $0.inputs.values) }
                } ?? [first]
            let keys = Set(group.map(\.key))
            waiting.removeAll { keys.contains($0.key) }
            let due = group.compactMap { prepare($0) }
            if !due.isEmpty { return due }
        }
    }

    /// The job as it stands now that its inputs are settled; nil when there is nothing to do.
    private mutating func prepare(_ job: Job) -> Runner.Step? {
        if let (_, absent) = job.inputs.sorted(by: { $0.key < $1.key }).first(where: {
            summary.objects[$0.value] == nil
        }) {
            summary.waiting.append((job.key, "\(absent) isn't done"))
            return nil
        }
        let identity = runner.identity(of: job, objects: summary.objects)
        let object = runner.store.object(identity)
        let reason = runner.reason(job, identity, object, previous: previous)
        guard reason.runs else {
            summary.upToDate += 1
            summary.objects[job.key] = object.name
            return nil
        }
        return Runner.Step(job: job, identity: identity, object: object, reason: reason)
    }

    private mutating func start(_ steps: [Runner.Step]) {
        let number = position
        var locks: [CourtesyLock] = []
        do {
            let contexts = try steps.map { step in
                position += 1
                events.started(step.job.key, reason: step.reason, position: position, of: max(total, position))
                return try open(step, locks: &locks)
            }
            running[number] = Running(steps: steps, locks: locks)
            let body = steps[0].job.body
            Thread.detachNewThread { [ended] in ended.add(number, Result { try body(contexts) }) }
        } catch {
            settle(Running(steps: steps, locks: locks), .failure(error))
        }
    }

    private mutating func settle(_ done: Running, _ outcomes: Result<[Job.Outcome], any Error>) {
        defer { for lock in done.locks { lock.release() } }
        do {
            for (step, outcome) in zip(done.steps, try outcomes.get()) { try settle(step, outcome) }
        } catch {
            for step in done.steps where summary.objects[step.job.key] == nil {
                summary.failures.append((step.job.key, error))
                events.failed(step.job.key, error)
                Journal(file: step.object.log).append("failed", ["reason": .string("\(error)")])
            }
        }
    }

    private func open(_ step: Runner.Step, locks: inout [CourtesyLock]) throws(Failure) -> JobContext {
        try step.object.begin(step.identity)
        let journal = Journal(file: step.object.log)
        locks.append(
            try CourtesyLock(step.object.lockFile) { text in
                events.notice(step.job.key, text)
                journal.append("notice", ["text": .string(text)])
            })
        if step.object.isDone { try step.object.reopen() }
        journal.append("started", ["reason": .string(step.reason.description)])
        var inputs: [String: StoredObject] = [:]
        for (role, key) in step.job.inputs {
            inputs[role] = summary.objects[key].map { runner.store.object(named: $0) }
        }
        return JobContext(
            key: step.job.key, object: step.object, inputs: inputs, store: runner.store, journal: journal,
            forced: step.reason == .forced, claims: claims, events: events)
    }

    private mutating func settle(_ step: Runner.Step, _ outcome: Job.Outcome) throws(Failure) {
        switch outcome {
        case .complete:
            try step.object.finish()
            Journal(file: step.object.log).append("done")
            summary.ran += 1
            summary.objects[step.job.key] = step.object.name
            events.finished(step.job.key, object: step.object.name)
        case .incomplete(let missing):
            summary.missingUnits += missing
            let text = "\(missing.count) of its units could not be made"
            let failure = Failure(
                .failed, text, at: step.job.key.description,
                remedy: "Run again to try them once more, or add --keep-going to build on what is there.")
            summary.failures.append((step.job.key, failure))
            events.failed(step.job.key, failure)
            Journal(file: step.object.log).append(
                "incomplete", ["missing": .array(missing.sorted().map { .string($0) })])
            if runner.options.keepGoing { try keepGoing(step, missing: missing) }
        }
    }

    /// What is built on a gap is built on an object of its own, whose identity names the gap.
    private mutating func keepGoing(_ step: Runner.Step, missing: [String]) throws(Failure) {
        var identity = step.identity
        identity.missing = missing.sorted()
        let object = runner.store.object(identity)
        if !object.isDone {
            try object.begin(identity)
            for path in try StoredObject.files(under: step.object.data) {
                let bytes = try DurableFile.read(step.object.data.appendingPathComponent(path))
                try DurableFile.write(bytes, to: object.data.appendingPathComponent(path))
            }
            try object.finish()
        }
        summary.objects[step.job.key] = object.name
    }
}

/// Bodies that have ended, until they are asked for.
private final class Ended: Sendable {
    private typealias Item = (number: Int, outcomes: Result<[Job.Outcome], any Error>)
    private let items = Mutex<[Item]>([])
    private let arrived = DispatchSemaphore(value: 0)

    func add(_ number: Int, _ outcomes: Result<[Job.Outcome], any Error>) {
        items.withLock { $0.append((number, outcomes)) }
        arrived.signal()
    }

    func wait() -> (number: Int, outcomes: Result<[Job.Outcome], any Error>) {
        arrived.wait()
        return items.withLock { $0.removeFirst() }
    }
}
