import Dispatch
import Synchronization

/// The engines of a run, one for each device. Callers borrow one for the length of a piece of work.
///
/// Which engine gets which piece depends on timing, but the request doesn't, so results don't either (between devices
/// of one kind).
package final class EnginePool: Sendable {
    private let rooms: [EngineRoom]
    /// Places in `rooms` that nobody has borrowed, in order: the first engine is used before a second is started.
    private let free: Mutex<[Int]>
    /// Counts the free places.
    private let available: DispatchSemaphore
    private let closed = Mutex(false)

    /// - Precondition: at least one room.
    package init(_ rooms: [EngineRoom]) {
        precondition(!rooms.isEmpty)
        self.rooms = rooms
        free = Mutex(Array(rooms.indices))
        available = DispatchSemaphore(value: 0)
        // Starts at 0 and is counted up, because a semaphore must not be released below its initial value.
        for _ in rooms { available.signal() }
    }

    /// How many pieces of work can be under way at once.
    package var count: Int { rooms.count }

    /// Lends an engine to `body`; waits until one is free.
    package func borrow<Value>(_ body: (EngineRoom) throws -> Value) rethrows -> Value {
        available.wait()
        let place = free.withLock { $0.removeFirst() }
        defer {
            free.withLock { free in
                free.append(place)
                free.sort()
            }
            available.signal()
        }
        return try body(rooms[place])
    }

    /// Starts every engine that isn't running: a device that can't be had is found now, not under the first work.
    ///
    /// - Throws: what the first engine that can't be started says.
    @discardableResult
    package func readyAll() throws(EngineFailure) -> [EngineReady] {
        var found: [EngineReady] = []
        for room in rooms { found.append(try room.ready()) }
        return found
    }

    /// Whether they were ended for good: what fails then says nothing of the request.
    package var isClosed: Bool { closed.withLock { $0 } }

    /// Ends all engines at once and for good; may be called from any thread, also while they work.
    package func close() {
        closed.withLock { $0 = true }
        for room in rooms { room.close() }
    }
}
