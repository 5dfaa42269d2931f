import Dispatch
import Foundation
import Synchronization

/// The results of `body` for each element, in the elements' order; at most `width` bodies run at a time.
///
/// Bodies begin in order. After a failure no more are begun; when all running ones have ended, the failure of the first
/// element in order is thrown.
package func sideBySide<Element: Sendable, Value: Sendable>(
    _ elements: [Element], width: Int, _ body: @escaping @Sendable (Element) throws -> Value
) throws -> [Value] {
    guard width > 1, elements.count > 1 else { return try elements.map(body) }
    let work = Work<Value>(count: elements.count)
    let group = DispatchGroup()
    for _ in 0..<min(width, elements.count) {
        group.enter()
        // Uses its own threads, because bodies wait for other processes and would block a shared queue.
        Thread.detachNewThread {
            while let index = work.next() { work.end(index, Result { try body(elements[index]) }) }
            group.leave()
        }
    }
    group.wait()
    return try work.results()
}

private final class Work<Value: Sendable>: Sendable {
    private struct State {
        var begun = 0
        var hasFailed = false
        var results: [Result<Value, any Error>?]
    }
    private let state: Mutex<State>

    init(count: Int) { state = Mutex(State(results: Array(repeating: nil, count: count))) }

    func next() -> Int? {
        state.withLock { state in
            guard !state.hasFailed, state.begun < state.results.count else { return nil }
            state.begun += 1
            return state.begun - 1
        }
    }

    func end(_ index: Int, _ result: Result<Value, any Error>) {
        state.withLock { state in
            state.results[index] = result
            if case .failure = result { state.hasFailed = true }
        }
    }

    /// Elements that were never begun come after a failure, so they are never reached.
    func results() throws -> [Value] { try state.withLock { try $0.results.compactMap { try $0?.get() } } }
}
