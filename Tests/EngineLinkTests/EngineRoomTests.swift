import EngineLink
import Foundation
import Synchronization
import Testing

@Suite struct EngineRoomTests {
    /// A room whose engines run these scripts, one after the other; the last one again and again.
    private func room(_ scripts: String...) -> (room: EngineRoom, starts: Starts) {
        let starts = Starts()
        let room = EngineRoom { () throws(EngineFailure) -> any EngineConnection in
            let number = starts.count.withLock { count in
                count += 1
                return count - 1
            }
            do {
                return try FakeEngine.client(scripts[min(number, scripts.count - 1)])
            } catch {
                throw error as? EngineFailure ?? EngineFailure(kind: .io, message: "\(error)")
            }
        }
        return (room, starts)
    }

    private final class Starts: Sendable {
        let count = Mutex(0)
    }

    @Test func startsOneEngineWhenItIsNeeded() throws {
        let (room, starts) = room("ready; read line; result 1; read line; result 2; read line")
        #expect(starts.count.withLock { $0 } == 0)
        #expect(try room.ready().engine == "fake")
        _ = try room.call(anyOperation)
        _ = try room.call(anyOperation)
        #expect(starts.count.withLock { $0 } == 1)
        room.close()
    }

    @Test func triesOnceMoreOnAFreshEngine() throws {
        let (room, starts) = room("ready; read line; exit 1", "ready; read line; result 1; read line")
        let notices = Mutex<[String]>([])
        _ = try room.call(anyOperation, notice: { sentence in notices.withLock { $0.append(sentence) } })
        #expect(starts.count.withLock { $0 } == 2)
        #expect(notices.withLock { $0.count } == 1)
    }

    @Test func givesUpWhenTheSecondDiesToo() throws {
        let (room, starts) = room(
            "ready; read line; exit 1", "ready; read line; exit 1", "ready; read line; result 1; read line")
        #expect(failure { _ = try room.call(anyOperation) }?.kind == .died)
        #expect(starts.count.withLock { $0 } == 2)
        _ = try room.call(anyOperation)
        #expect(starts.count.withLock { $0 } == 3)
    }

    @Test func doesNotRepeatWhatTheEngineRefused() throws {
        let (room, starts) = room("ready; read line; failure 1; read line; result 2; read line")
        #expect(failure { _ = try room.call(anyOperation) }?.kind == .badData)
        _ = try room.call(anyOperation)
        #expect(starts.count.withLock { $0 } == 1)
    }

    @Test func startsNoOtherEngineWhenItIsClosedUnderACall() throws {
        let (room, starts) = room("ready; read line; progress 1; exec sleep 1000")
        #expect(failure { _ = try room.call(anyOperation, progress: { _, _, _ in room.close() }) }?.kind == .died)
        #expect(failure { _ = try room.call(anyOperation) }?.kind == .died)
        #expect(starts.count.withLock { $0 } == 1)
    }
}
