package import StageKit
import Synchronization

/// A run's events, kept.
package final class HeardEvents: RunEvents {
    private let said = Mutex<[String]>([])

    package init() {}

    /// What the user would have been told, in order.
    package var notices: [String] { said.withLock { $0 } }

    package func started(_ key: JobKey, reason: RunReason, position: Int, of total: Int) {}
    package func progress(_ key: JobKey, done: Double, total: Int, note: String) {}
    package func notice(_ key: JobKey?, _ text: String) { said.withLock { $0.append(text) } }
    package func finished(_ key: JobKey, object: String) {}
    package func failed(_ key: JobKey, _ error: any Error) {}
}
