package import EngineLink
import Synchronization

/// An engine without networks: a closure answers, and every question is kept.
package final class FakeEngine: EngineConnection {
    package let ready: EngineReady
    private let answer: @Sendable (EngineOperation) throws(EngineFailure) -> EngineResult
    private let questions = Mutex<[EngineOperation]>([])

    package init(
        device: String = "cpu", answer: @escaping @Sendable (EngineOperation) throws(EngineFailure) -> EngineResult
    ) {
        ready = EngineReady(version: EngineProtocol.version, engine: "fake", device: device, threads: 1)
        self.answer = answer
    }

    /// What it was asked so far, in order.
    package var asked: [EngineOperation] { questions.withLock { $0 } }

    /// A pool with this engine alone.
    package var pool: EnginePool { EnginePool([EngineRoom { self }]) }

    package func call(
        _ operation: EngineOperation, progress: @Sendable (Int, Int, String) -> Void,
        notice: @Sendable (String) -> Void
    ) throws(EngineFailure) -> EngineResult {
        questions.withLock { $0.append(operation) }
        return try answer(operation)
    }

    package func kill() {}
}
