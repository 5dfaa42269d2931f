import Dispatch
import EngineLink
import Foundation
import Glibc

/// SIGINT, SIGTERM and SIGHUP: drop the engine and leave at once. Whatever is on disk is whole, so there is nothing to
/// tidy up; the same command goes on.
final class Interruption {
    private let sources: [any DispatchSourceSignal]

    /// Nothing that is done on the way out may take longer: standard error may be a terminal that was stopped, or a
    /// pipe that nobody reads; a folder may lie on a disk that doesn't answer.
    private static let patience = DispatchTimeInterval.milliseconds(300)

    /// - Parameters:
    ///   - advice: what the user is told to do next.
    ///   - tidy: what is left to do; quick.
    init(
        engines: EnginePool, advice: String = "give the same command to go on",
        tidy: @escaping @Sendable () -> Void = {}
    ) {
        let signals = [(SIGINT, "interrupted"), (SIGTERM, "terminated"), (SIGHUP, "the terminal is gone")]
        sources = signals.map { number, word in
            signal(number, SIG_IGN)
            // A queue of its own: the main thread is busy with the run.
            let source = DispatchSource.makeSignalSource(signal: number, queue: DispatchQueue(label: "interruption"))
            source.setEventHandler {
                Self.within { engines.close() }
                Self.within(tidy)
                Self.within { Console.standardError("\nflawsmith: \(word); \(advice)") }
                _exit(128 + number)
            }
            source.resume()
            return source
        }
    }

    /// Runs `body`, and goes on without it when it takes too long.
    private static func within(_ body: @escaping @Sendable () -> Void) {
        let ended = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            body()
            ended.signal()
        }
        _ = ended.wait(timeout: .now() + patience)
    }
}
