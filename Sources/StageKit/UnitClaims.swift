import Foundation

/// Which pooled units somebody in this run is making: jobs that run side by side may ask for the same ones, which are made once.
package final class UnitClaims: @unchecked Sendable {
    /// Guards `held`.
    private let condition = NSCondition()
    private var held: Set<String> = []

    package init() {}

    /// Runs `body` while nobody else holds `name`; waits until then.
    package func holding<Value>(_ name: String, _ body: () throws -> Value) rethrows -> Value {
        condition.lock()
        while held.contains(name) { condition.wait() }
        held.insert(name)
        condition.unlock()
        defer {
            condition.lock()
            held.remove(name)
            condition.broadcast()
            condition.unlock()
        }
        return try body()
    }
}
