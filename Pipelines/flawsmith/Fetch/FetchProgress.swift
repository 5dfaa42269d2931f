import Foundation
import Glibc
import ModelHub
import Synchronization

/// What a fetch says on standard error: one line that changes on a terminal, a line now and then elsewhere.
final class FetchProgress: ModelFetch.Events {
    private struct State {
        var begun = ContinuousClock.now
        var last = ContinuousClock.now - .seconds(3600)
        var isShown = false
    }

    private let state = Mutex(State())
    private let isTerminal = isatty(STDERR_FILENO) == 1

    func say(_ text: String) {
        clear()
        Console.standardError(text)
    }

    func finished(_ path: String, wasThere: Bool) {
        say("  \(path)\(wasThere ? ": there already, and right" : "")")
    }

    func progress(_ path: String, done: Int, of total: Int, fetched: Int) {
        let now = ContinuousClock.now
        let elapsed: Duration? = state.withLock { state in
            guard now - state.last >= (isTerminal ? .milliseconds(200) : .seconds(10)) else { return nil }
            state.last = now
            if fetched == 0 { state.begun = now }
            if isTerminal { state.isShown = true }
            return now - state.begun
        }
        guard let elapsed else { return }
        let line = Self.line(path, done: done, of: total, fetched: fetched, elapsed: elapsed)
        if isTerminal {
            // One column stays free: a full line would wrap.
            Self.write("\r\u{1B}[K" + String(line.prefix(Self.columns - 1)))
        } else {
            Console.standardError(line)
        }
    }

    func close() { clear() }

    private func clear() {
        let isShown = state.withLock { state in
            defer { state.isShown = false }
            return state.isShown
        }
        if isShown { Self.write("\r\u{1B}[K") }
    }

    private static func write(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }

    /// Share, amount, speed and time left.
    static func line(_ path: String, done: Int, of total: Int, fetched: Int, elapsed: Duration) -> String {
        let share = total > 0 ? min(100, done / max(1, total / 100)) : 100
        var text = "\(share) % \(ByteText(done)) of \(ByteText(total))"
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
        if seconds >= 1, fetched > 0 {
            let speed = Double(fetched) / seconds
            text += ", \(ByteText(Int(speed)))/s, \(Console.span(Double(total - done) / speed)) left"
        }
        return "\(text) · \(path)"
    }

    private static var columns: Int {
        var size = winsize()
        return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    }
}
