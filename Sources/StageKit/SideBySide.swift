import Dispatch
import Foundation
import Synchronization

/// What `body` makes of each element, at most `width` of them at a time, in the elements' order.
///
/// Begun in order. After a failure nothing more is begun, and once everything under way has ended the failure of the
/// first element in order is thrown.
package func sideBySide<Element: Sendable, Value: Sendable>(
    _ elements: [Element], width: Int, _ body: @escaping @Sendable (Element) throws -> Value
) throws -> [Value] {
    guard width > 1, elements.count > 1 else { return try elements.map(body) }
    let work = Work<Value>(count: elements.count)
    let group = DispatchGroup()
    for _ in 0..<min(width, elements.count) {
        group.enter()
        // Threads of their own: bodies wait for other processes, which a shared queue would count as work.
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

    /// What was never begun stands behind a failure.
    func results() throws -> [Value] { try state.withLock { try $0.results.compactMap { try $0?.get() } } }
}
