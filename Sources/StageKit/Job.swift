package import Foundation
package import ParameterKit

/// A job's place in the run: its stage and what it is for, e.g. `foreground` and `screw`, `train` and `1shot-s0`.
package struct JobKey: Hashable, Sendable, Comparable, CustomStringConvertible {
    package var stage: String
    package var subject: String

    package init(_ stage: String, _ subject: String) { (self.stage, self.subject) = (stage, subject) }

    package var description: String { "\(stage)/\(subject)" }
    package static func < (left: JobKey, right: JobKey) -> Bool { left.description < right.description }
}

/// One object to be made: its identity, its inputs, and how it is made.
package struct Job: Sendable {
    /// How the body ended.
    package enum Outcome: Sendable, Equatable {
        case complete
        /// These units could not be made. Later stages refuse to build on the gap unless told to keep going.
        case incomplete(missing: [String])
    }

    package var key: JobKey
    package var version: Int
    package var asked: JSONValue
    /// Role → job whose object is needed.
    package var inputs: [String: JobKey]
    /// The category when the job belongs to one (`--only`).
    package var category: String?
    /// What else `--only` may choose it by: name → value, such as shots → 4. Jobs without a name serve all its values.
    package var marks: [String: String] = [:]
    /// Jobs of one group that are due together are handed to one call of the body (e.g. one pass over one archive).
    package var group: String?
    package var body: @Sendable ([JobContext]) throws -> [Outcome]
    /// What a finished object lacks outside its own folder; nil when it lacks nothing. Asked at every plan, so it must be
    /// quick.
    package var gap: (@Sendable (StoredObject, ArtifactStore) throws(Failure) -> String?)?
    /// What identifies all that the body reads of its inputs, where it reads only some of them: a result that was made
    /// from other inputs, of which the same was read, is taken over (``FormerResult``). Its inputs are done.
    package var reads: (@Sendable (_ inputs: [String: StoredObject]) throws -> String)?
    /// How many of its units are there, of how many; nil for jobs without units. Its inputs are done.
    package var tally: (@Sendable (_ inputs: [String: StoredObject], ArtifactStore) throws -> (done: Int, total: Int))?
    /// What of it shards can share out, in order; nil for jobs that are made by one process. Its inputs are done.
    package var parts: (@Sendable (_ inputs: [String: StoredObject], ArtifactStore) throws -> [JobPart])?

    package init(
        _ key: JobKey, version: Int, asked: JSONValue, inputs: [String: JobKey] = [:], category: String? = nil,
        group: String, jointly body: @escaping @Sendable ([JobContext]) throws -> [Outcome]
    ) {
        (self.key, self.version, self.asked, self.inputs) = (key, version, asked, inputs)
        (self.category, self.group, self.body) = (category, group, body)
    }

    package init(
        _ key: JobKey, version: Int, asked: JSONValue, inputs: [String: JobKey] = [:], category: String? = nil,
        body: @escaping @Sendable (JobContext) throws -> Outcome
    ) {
        (self.key, self.version, self.asked, self.inputs, self.category) = (key, version, asked, inputs, category)
        self.body = { contexts in try contexts.map(body) }
    }
}

/// What a stage's body works with.
package struct JobContext: Sendable {
    package let key: JobKey
    package let object: StoredObject
    /// Role → the finished object of that input.
    package let inputs: [String: StoredObject]
    package let store: ArtifactStore
    package let journal: Journal
    /// Whether the stage was forced: existing units are made again and compared.
    package let forced: Bool
    /// The pooled units that jobs of this run are making.
    package let claims: UnitClaims
    package let events: any RunEvents
    /// Of files below the object's `data/`, as they were written.
    package let taken = TakenDigests()
    /// Scratch: the object's own, or that of a process which makes a part of it.
    package let work: URL

    /// - Throws: `Failure` 70 when the job doesn't declare the role.
    package func input(_ role: String) throws(Failure) -> StoredObject {
        guard let object = inputs[role] else { throw Failure(.internalError, "\(key) has no input \(role)") }
        return object
    }

    /// Reports units done so far out of `total`; includes units that were already there, and begun ones by their share.
    package func progress(_ done: Double, of total: Int, _ note: String = "") {
        events.progress(key, done: done, total: total, note: note)
    }

    package func progress(_ done: Int, of total: Int, _ note: String = "") { progress(Double(done), of: total, note) }

    /// Something the user should know; it is kept in the object's log, too.
    package func notice(_ text: String) {
        journal.append("notice", ["text": .string(text)])
        events.notice(key, text)
    }
}

/// Where a run's events go: the terminal, a test. They come from several threads where jobs run side by side.
package protocol RunEvents: Sendable {
    func started(_ key: JobKey, reason: RunReason, position: Int, of total: Int)
    func progress(_ key: JobKey, done: Double, total: Int, note: String)
    func notice(_ key: JobKey?, _ text: String)
    func finished(_ key: JobKey, object: String)
    func failed(_ key: JobKey, _ error: any Error)
}

/// Why a job runs, or doesn't.
package enum RunReason: Sendable, Equatable, CustomStringConvertible {
    case upToDate
    case neverBuilt
    case interrupted
    case changed([String])
    case damaged(String)
    case forced
    case blocked(String)
    /// The object can't be read. It may be intact, so it is left alone.
    case unreadable(Failure)

    package var runs: Bool {
        switch self {
        case .upToDate, .blocked, .unreadable: false
        default: true
        }
    }

    package var description: String {
        switch self {
        case .upToDate: "up to date"
        case .neverBuilt: "never built"
        case .interrupted: "begun, not finished"
        case .changed(let lines): lines.joined(separator: "; ")
        case .damaged(let what): "damaged: \(what)"
        case .forced: "forced"
        case .blocked(let why): "waits: \(why)"
        case .unreadable(let failure): "can't be told: \(failure.place ?? "") \(failure.message)"
        }
    }
}
