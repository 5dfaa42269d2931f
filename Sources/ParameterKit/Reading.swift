import Synchronization

/// The context in which a value is read: the sections around it, and where errors are reported.
package struct Reading: Sendable {
    /// The folder that relative paths start from.
    package let directory: String
    /// The key path of the value.
    package let path: String
    /// The sections around it, the innermost last; sections still being read hold the keys read so far.
    let around: [any Parameters]
    package let issues: IssueLog

    package init(directory: String = "", issues: IssueLog = IssueLog()) {
        self.init(directory: directory, path: "", around: [], issues: issues)
    }

    private init(directory: String, path: String, around: [any Parameters], issues: IssueLog) {
        (self.directory, self.path, self.around, self.issues) = (directory, path, around, issues)
    }

    /// - Parameter step: ".key" or "[0]".
    package func inside(_ step: String) -> Reading {
        let longer = path.isEmpty && step.hasPrefix(".") ? String(step.dropFirst()) : path + step
        return Reading(directory: directory, path: longer, around: around, issues: issues)
    }

    func inside(_ section: any Parameters) -> Reading {
        Reading(directory: directory, path: path, around: around + [section], issues: issues)
    }
}

/// The errors found while settings are read.
package final class IssueLog: Sendable {
    private let state: Mutex<State>
    private struct State {
        var issues: [ParameterIssue] = []
        var spoiled: Set<String> = []
    }

    /// - Parameter spoiled: key paths whose values are wrong and have been reported: they are read as if they were
    ///   missing.
    package init(spoiled: Set<String> = []) { state = Mutex(State(spoiled: spoiled)) }

    package var all: [ParameterIssue] { state.withLock(\.issues) }

    func add(_ message: String, at path: String) {
        state.withLock { $0.issues.append(ParameterIssue(path: path, message: message)) }
    }

    /// Marks the value at a path as wrong without reporting it.
    func spoil(_ path: String) { state.withLock { _ = $0.spoiled.insert(path) } }

    /// Whether the value at a path itself is wrong.
    func isSpoiled(_ path: String) -> Bool { state.withLock { $0.spoiled.contains(path) } }

    /// Whether nothing at or below a path was wrong.
    func isSound(_ path: String) -> Bool {
        state.withLock { state in
            !state.spoiled.contains { $0 == path || $0.hasPrefix(path + ".") || $0.hasPrefix(path + "[") }
        }
    }
}

/// One thing that is wrong with settings.
package struct ParameterIssue: Sendable, Equatable {
    /// `generation.cut.steps`
    package var path: String
    /// The message, including the path if necessary.
    package var message: String

    package init(path: String, message: String) { (self.path, self.message) = (path, message) }
}

/// Settings that can't be used: everything that is wrong with them.
package struct ParameterError: Error, Equatable, CustomStringConvertible {
    package var issues: [ParameterIssue]
    package var description: String { issues.map(\.message).joined(separator: "\n") }
}

/// Where a section's `check` reports errors.
package struct Issues {
    private let log: IssueLog
    /// The section's key path.
    package let path: String
    /// Keys that were written, as paths below the section.
    private let written: Set<String>

    init(log: IssueLog, path: String, written: Set<String>) {
        (self.log, self.path, self.written) = (log, path, written)
    }

    /// The path of a key of this section or of one below it.
    package func path(_ below: String) -> String { path.isEmpty ? below : path + "." + below }

    /// Reports an error at a key of this section.
    package mutating func add<Value>(_ message: String, at key: Key<Value>) { add(message, at: key.name) }

    /// The same with the key's path below this section: `cut.steps`. The message contains the whole path.
    package mutating func add(_ message: String, at below: String) {
        log.add(path(below) + ": " + message, at: path(below))
    }

    /// Reports a message at a key's place that isn't an error of that key's value.
    package mutating func say(_ message: String, at below: String) { log.add(message, at: path(below)) }

    /// Whether keys of this section and all keys below them are valid in themselves, so that rules may use them.
    package func isSound(_ below: String...) -> Bool { below.allSatisfy { log.isSound(path($0)) } }

    /// Whether a key or one below it was written, even with a wrong value.
    package func isWritten(_ below: String) -> Bool {
        written.contains(below) || written.contains { $0.hasPrefix(below + ".") } || !log.isSound(path(below))
    }
}
