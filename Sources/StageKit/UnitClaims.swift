import Dispatch
import Synchronization

/// Which pooled units somebody in this run is making: jobs that run side by side may ask for the same ones, which are
/// made once.
package final class UnitClaims: Sendable {
    /// What is held, with those who wait for it, first come first served.
    private let waiting = Mutex<[String: [DispatchSemaphore]]>([:])

    package init() {}

    /// Runs `body` while nobody else holds `name`; waits until then.
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
