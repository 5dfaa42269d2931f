import Synchronization

/// A running engine, as the stages see it.
package protocol EngineConnection: AnyObject, Sendable {
    var ready: EngineReady { get }
    /// Blocks until the engine has answered. `progress` gets work done, total and a note.
    func call(
        _ operation: EngineOperation, progress: @Sendable (Int, Int, String) -> Void, notice: @Sendable (String) -> Void
    ) throws(EngineFailure) -> EngineResult
    /// Ends the engine at once; may be called from any thread, also while a call is under way.
    func kill()
}

/// One device's engine: started when it is first needed, replaced when it died.
///
/// A crash, an out-of-memory kill or a lost device ends only the current request, not the run: the request is tried
/// once more on a fresh engine, and if that dies too, the failure is thrown to the caller.
package final class EngineRoom: Sendable {
    private let start: @Sendable () throws(EngineFailure) -> any EngineConnection
    private let current = Mutex(State.empty)

    private enum State {
        case empty
        case running(any EngineConnection)
        /// Closed for good: a call that fails because of this must not start another engine.
        case closed
    }

    package init(start: @escaping @Sendable () throws(EngineFailure) -> any EngineConnection) {
        self.start = start
    }

    /// The engine's description of itself; starts it if necessary.
    package func ready(notice: @Sendable (String) -> Void = { _ in }) throws(EngineFailure) -> EngineReady {
        try twice(notice) { engine throws(EngineFailure) in engine.ready }
    }

    package func call(
        _ operation: EngineOperation, progress: @Sendable (Int, Int, String) -> Void = { _, _, _ in },
        notice: @Sendable (String) -> Void = { _ in }
    ) throws(EngineFailure) -> EngineResult {
        try twice(notice) { engine throws(EngineFailure) in
            try engine.call(operation, progress: progress, notice: notice)
        }
    }

    /// The result of `body`, which is repeated on a fresh engine if the first one died while starting or during `body`.
    private func twice<Value>(
        _ notice: (String) -> Void, _ body: (any EngineConnection) throws(EngineFailure) -> Value
    ) throws(EngineFailure) -> Value {
        do throws(EngineFailure) {
            return try body(try connection())
        } catch {
            guard error.kind == .died else { throw error }
            drop()
            if isClosed { throw error }
            notice("the engine died (\(error.message)); trying once more on a fresh one")
        }
        do throws(EngineFailure) {
            return try body(try connection())
        } catch {
            if error.kind == .died { drop() }
            throw error
        }
    }

    /// Ends the engine at once and for good (SIGTERM, the end of the run); may be called from any thread, also while a
    /// call is under way.
    package func close() { drop(leaving: .closed) }

    private var isClosed: Bool { current.withLock { if case .closed = $0 { true } else { false } } }

    private static let closed = EngineFailure(kind: .died, message: "the engine was ended with the run")

    private func connection() throws(EngineFailure) -> any EngineConnection {
        switch current.withLock({ $0 }) {
        case .running(let engine): return engine
        case .closed: throw Self.closed
        case .empty: break
        }
        let fresh = try start()
        // The room may have been closed while the engine started.
        let isKept = current.withLock { state in
            if case .closed = state { return false }
            state = .running(fresh)
            return true
        }
        if isKept { return fresh }
        fresh.kill()
        throw Self.closed
    }

    private func drop(leaving next: State = .empty) {
        let before = current.withLock { state in
            let before = state
            if case .closed = state {} else { state = next }
            return before
        }
        if case .running(let engine) = before { engine.kill() }
    }
}
