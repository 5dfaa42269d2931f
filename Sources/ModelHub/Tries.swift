import Foundation
import StageKit

/// Tries in a row that brought nothing new, and the pauses between them.
struct Tries {
    private let persistence: HubClient.Persistence
    private let notice: @Sendable (String) -> Void
    private var made = 1

    init(_ persistence: HubClient.Persistence, _ notice: @escaping @Sendable (String) -> Void) {
        (self.persistence, self.notice) = (persistence, notice)
    }

    /// Something came: counts from the beginning again.
    mutating func succeed() { made = 1 }

    /// Waits for the next try, longer each time.
    ///
    /// - Parameter wait: what the server asked for.
    /// - Throws: `failure` where there is to be none.
    mutating func next(_ failure: Failure, because reason: String, wait: Duration?) throws(Failure) {
        if let wait, wait > persistence.longestWait {
            var failure = failure
            failure.remedy = "It asks to wait for \(wait.components.seconds) s; give the same command again then."
            throw failure
        }
        guard made < persistence.tries else { throw failure }
        var pause = persistence.pause
        for _ in 1..<made { pause = min(pause * 2, persistence.longestPause) }
        pause = wait ?? pause
        made += 1
        notice("\(reason); try \(made) of \(persistence.tries) in \(Self.seconds(pause)) s")
        Thread.sleep(forTimeInterval: Self.number(pause))
    }

    private static func number(_ pause: Duration) -> Double {
        Double(pause.components.seconds) + Double(pause.components.attoseconds) * 1e-18
    }

    private static func seconds(_ pause: Duration) -> String {
        pause.components.attoseconds == 0 ? "\(pause.components.seconds)" : String(format: "%.1f", number(pause))
    }
}
