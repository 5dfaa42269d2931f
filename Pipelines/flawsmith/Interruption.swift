import Dispatch
import EngineLink
import Foundation
import Glibc
import StageKit
import Synchronization

/// On SIGINT, SIGTERM, SIGHUP and SIGUSR1, ends the engine and the tool at once. All files on disk are intact, so nothing
/// has to be cleaned up, and the same command continues the run. SIGUSR1 is a scheduler's warning that time is up: the
/// exit code is then 75, which asks to be run again.
final class Interruption {
    private let sources: [any DispatchSourceSignal]

    /// Time limit for each step of ending: standard error may be a stopped terminal or a pipe that nobody reads, and a
    /// folder may be on a disk that doesn't respond.
    private static let patience = DispatchTimeInterval.milliseconds(300)

    /// - Parameters:
    ///   - advice: what the user is told to do next.
    ///   - tidy: cleanup before the end; must be quick.
    init(
        engines: EnginePool, advice: String = "give the same command to go on",
        tidy: @escaping @Sendable () -> Void = {}
    ) {
        let signals = [
            (SIGINT, "interrupted", 128 + SIGINT), (SIGTERM, "terminated", 128 + SIGTERM),
            (SIGHUP, "the terminal is gone", 128 + SIGHUP),
            (SIGUSR1, "asked to make room", ExitStatus.busy.rawValue),
        ]
        sources = signals.map { number, word, code in
            signal(number, SIG_IGN)
            // A queue of its own: the main thread is busy with the run.
            let source = DispatchSource.makeSignalSource(signal: number, queue: DispatchQueue(label: "interruption"))
            source.setEventHandler {
                Self.isEnding.withLock { $0 = true }
                Self.within { engines.close() }
                Self.within(tidy)
                Self.within { Console.standardError("\nflawsmith: \(word); \(advice)") }
                _exit(code)
            }
            source.resume()
            return source
        }
    }

    private static let isEnding = Mutex(false)

    /// Where a signal is ending the program, lets it: what the run says of engines that are gone isn't its outcome.
    static func letItEnd() {
        if isEnding.withLock({ $0 }) { sleep(10) }
    }

    /// Runs `body`, but waits for it only for a limited time.
    private static func within(_ body: @escaping @Sendable () -> Void) {
        let ended = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            body()
            ended.signal()
        }
        _ = ended.wait(timeout: .now() + patience)
    }
}
