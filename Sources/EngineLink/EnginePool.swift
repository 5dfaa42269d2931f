import Foundation

/// The engines of a run, one for each device. Whoever has work for one borrows it for as long as the work takes.
///
/// Which engine gets which piece depends on the moment; what is asked of it doesn't, so results don't either (between devices of one kind).
package final class EnginePool: @unchecked Sendable {
    private let rooms: [EngineRoom]
    /// Guards `free`.
    private let condition = NSCondition()
    /// Places in `rooms` that nobody has borrowed, in order: the first engine is used before a second is started.
    private var free: [Int]

    /// - Precondition: at least one room.
    package init(_ rooms: [EngineRoom]) {
        precondition(!rooms.isEmpty)
        self.rooms = rooms
        free = Array(rooms.indices)
    }

    /// How many pieces of work can be under way at once.
    package var count: Int { rooms.count }

    /// Lends an engine to `body`; waits until one is free.
    package func borrow<Value>(_ body: (EngineRoom) throws -> Value) rethrows -> Value {
        let place = take()
        defer { giveBack(place) }
        return try body(rooms[place])
    }

    /// Ends all engines at once and for good; may be called from any thread, also while they work.
    package func close() {
        for room in rooms { room.close() }
    }

    private func take() -> Int {
        condition.lock()
        defer { condition.unlock() }
        while free.isEmpty { condition.wait() }
        return free.removeFirst()
    }

    private func giveBack(_ place: Int) {
        condition.lock()
        defer { condition.unlock() }
        free.append(place)
        free.sort()
        condition.signal()
    }
}
