import Dispatch
import Synchronization

/// The pooled units that jobs of this run are making. Jobs that run side by side may need the same units, which are
/// made only once.
package final class UnitClaims: Sendable {
    /// The held names, each with its waiting threads in order of arrival.
    private let waiting = Mutex<[String: [DispatchSemaphore]]>([:])

    package init() {}

    /// Runs `body` while holding `name`; first waits until no other job holds it.
    package func holding<Value>(_ name: String, _ body: () throws -> Value) rethrows -> Value {
        let turn = waiting.withLock { waiting -> DispatchSemaphore? in
            guard waiting[name] != nil else {
                waiting[name] = []
                return nil
            }
            let turn = DispatchSemaphore(value: 0)
            waiting[name]?.append(turn)
            return turn
        }
        turn?.wait()
        defer { release(name) }
        return try body()
    }

    /// Hands the name on to the next in line.
    private func release(_ name: String) {
        let next = waiting.withLock { waiting -> DispatchSemaphore? in
            guard let next = waiting[name]?.first else {
                waiting[name] = nil
                return nil
            }
            waiting[name]?.removeFirst()
            return next
        }
        next?.signal()
    }
}
