import Foundation
import Glibc
import StageKit
import Synchronization

/// A run's messages on standard error: a bar with the time left on a terminal, plain lines otherwise.
final class Console: RunEvents {
    private struct State {
        /// The running jobs, in the order in which they began.
        var jobs: [Job] = []
        var barShown = false
        /// Of the whole run; nil while none is under way.
        var estimate: RunEstimate?
    }

    private struct Job {
        let key: JobKey
        let begun = ContinuousClock.now
        /// The first progress report. Time before it, such as loading a model, isn't used to estimate the time left.
        var first: (done: Double, at: ContinuousClock.Instant)?
        var lastLine = ContinuousClock.now - .seconds(3600)
        var lastDone = -1.0
    }

    private let state = Mutex(State())
    private let origin = ContinuousClock.now
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let colour: Bool
    /// Notices and failures alone.
    private let isQuiet: Bool

    /// Without a bar, the least time between two lines of progress.
    private static let quiet: Duration = .seconds(10)

    enum Form: String, CaseIterable { case text, json }
    /// How standard error is written; the same for all of a process.
    private static let form = Mutex(Form.text)
    private static var isJSON: Bool { form.withLock { $0 == .json } }

    init(quiet: Bool = false, form: Form = .text) {
        isQuiet = quiet
        Self.form.withLock { $0 = form }
        colour = isTerminal && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty
    }

    static func standardError(_ text: String) { write(text + "\n") }

    /// The last word of a command that failed.
    static func error(_ message: String, status: ExitStatus) {
        standardError(isJSON ? EventLine.error(message, status: status) : "flawsmith: \(message)")
    }

    /// Written in one call if the system accepts all of it.
    private static func write(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }

    /// Prints a line; the bar is removed for it.
    func say(_ text: String) {
        let clear = state.withLock { state in
            defer { state.barShown = false }
            return state.barShown
        }
        Self.standardError((clear ? "\r\u{1B}[K" : "") + text)
    }

    /// Of the whole run, at its end.
    func summary(_ text: String) {
        if isQuiet { return }
        say(Self.isJSON ? EventLine.summary(text) : text)
    }

    /// A run begins, of which this is known.
    func expect(_ estimate: RunEstimate) { state.withLock { $0.estimate = estimate } }

    /// Seconds since this console was made.
    private var clock: Double { origin.duration(to: .now) / .seconds(1) }

    func started(_ key: JobKey, reason: RunReason, position: Int, of total: Int) {
        state.withLock {
            $0.jobs.append(Job(key: key))
            $0.estimate?.started(key, at: clock)
        }
        if isQuiet { return }
        if Self.isJSON { return say(EventLine.started(key, reason: reason, position: position, of: total)) }
        say("[\(position)/\(total)] \(paint(key.description, "1")): \(reason)")
    }

    func progress(_ key: JobKey, done: Double, total: Int, note: String) {
        if isQuiet { return }
        let now = ContinuousClock.now
        let line: String? = state.withLock { state in
            // A key that isn't a job of the run was never begun, so it is added here.
            let place = state.jobs.firstIndex { $0.key == key } ?? state.jobs.count
            if place == state.jobs.count { state.jobs.append(Job(key: key)) }
            state.estimate?.progress(key, share: total > 0 ? done / Double(total) : 1, at: clock)
            var job = state.jobs[place]
            let first = job.first ?? (done, now)
            job.first = first
            defer { state.jobs[place] = job }
            // There is one bar; if several jobs are running, it shows the oldest.
            let isBar = isTerminal && !Self.isJSON
            guard place == 0 || !isBar else { return nil }
            let pause: Duration = isBar ? .milliseconds(100) : Self.quiet
            guard now - job.lastLine >= pause || (done == Double(total) && done != job.lastDone) else { return nil }
            job.lastLine = now
            job.lastDone = done
            let left = Self.timeLeft(done: done, from: first.done, total: total, elapsed: now - first.at)
            let whole = state.estimate?.left(at: clock)
            if Self.isJSON {
                return EventLine.progress(key, done: done, total: total, note: note, secondsLeft: left, whole: whole)
            }
            var text = "\(key) \(Int(done, or: total))/\(total)"
            if let left { text += ", \(Self.span(left)) left" }
            // What is as good as the job's own time says nothing new.
            if let whole, whole.seconds > (left ?? 0) + 1 {
                text += ", whole run \(whole.isLeast ? "at least " : "")\(Self.span(whole.seconds))"
            }
            if isBar {
                state.barShown = true
                let share = total > 0 ? done / Double(total) : 1
                return "\r\u{1B}[K"
                    + ProgressLine.fitted(share: share, text: text, note: note, columns: Self.columns)
            }
            if !note.isEmpty { text += " · \(note)" }
            return "  " + text
        }
        guard let line else { return }
        if isTerminal, !Self.isJSON {
            Self.write(line)
        } else {
            Self.standardError(line)
        }
    }

    func notice(_ key: JobKey?, _ text: String) {
        if Self.isJSON { return say(EventLine.notice(key, text)) }
        say("  \(key.map { "\($0): " } ?? "")\(paint(text, "33"))")
    }

    func finished(_ key: JobKey, object: String) {
        let seconds = end(key)
        if Self.isJSON, !isQuiet { return say(EventLine.finished(key, object: object, seconds: seconds)) }
        if !isQuiet { say("  \(key): \(paint("done", "32")) in \(Self.span(seconds)) (\(object))") }
    }

    func failed(_ key: JobKey, _ error: any Error) {
        _ = end(key)
        if Self.isJSON { return say(EventLine.failed(key, ErrorReport(error).message)) }
        say("  \(key): \(paint("failed", "31")): \(ErrorReport(error).message)")
    }

    /// Forgets the job, and tells how many seconds it took.
    private func end(_ key: JobKey) -> Double {
        state.withLock { state in
            state.estimate?.ended(key, at: clock)
            guard let place = state.jobs.firstIndex(where: { $0.key == key }) else { return 0 }
            return Double(state.jobs.remove(at: place).begun.duration(to: .now).components.seconds)
        }
    }

    private func paint(_ text: String, _ code: String) -> String {
        colour ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }

    /// Of the terminal, asked anew each time: a window can be drawn wider.
    private static var columns: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Estimated from the work done in this process, without units that were already done.
    private static func timeLeft(done: Double, from first: Double, total: Int, elapsed: Duration) -> Double? {
        guard done > first, done < Double(total) else { return nil }
        return elapsed / .seconds(1) / (done - first) * (Double(total) - done)
    }

    static func span(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded(), or: .max)
        switch whole {
        case (100 * 24 * 3600)...: return "more than 100 days"
        case ..<60: return "\(whole) s"
        case ..<3600: return "\(whole / 60) min \(whole % 60) s"
        default: return "\(whole / 3600) h \(whole % 3600 / 60) min"
        }
    }
}

extension Int {
    /// The number without its fraction, or `other` if it doesn't fit an integer.
    fileprivate init(_ number: Double, or other: Int) {
        self = Int(exactly: number.rounded(.towardZero)) ?? other
    }
}
