import EngineLink
import Foundation
import Synchronization
import Testing

@Suite struct EnginePoolTests {
    private func room(_ name: String, started: @escaping @Sendable (String) -> Void = { _ in }) -> EngineRoom {
        EngineRoom { () throws(EngineFailure) -> any EngineConnection in
            started(name)
            do {
                return try FakeEngine.client("ready; while read line; do n=$((n+1)); result $n; done")
            } catch {
                throw error as? EngineFailure ?? EngineFailure(kind: .io, message: "\(error)")
            }
        }
    }

    @Test func anEngineServesOneBorrowerAtATime() throws {
        let pool = EnginePool([room("a"), room("b")])
        let crowd = Mutex((now: 0, most: 0))
        let failures = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: 12) { _ in
            do {
                try pool.borrow { engine in
                    crowd.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
                    defer { crowd.withLock { $0.now -= 1 } }
                    // An engine that is asked twice at once refuses.
                    _ = try engine.call(anyOperation)
                }
            } catch {
                failures.withLock { $0 += 1 }
            }
        }
        #expect(failures.withLock { $0 } == 0)
        #expect((1...2).contains(crowd.withLock { $0.most }))
        pool.close()
    }

    @Test func aSecondEngineStartsOnlyWhenTheFirstIsBusy() throws {
        let started = StartedNames()
        let pool = EnginePool([room("a") { started.add($0) }, room("b") { started.add($0) }])
        for _ in 0..<3 { _ = try pool.borrow { try $0.call(anyOperation) } }
        #expect(started.names == ["a"])
        try pool.borrow { first in
            _ = try first.ready()
            _ = try pool.borrow { try $0.ready() }
        }
        #expect(started.names == ["a", "b"])
        pool.close()
        #expect(failure { _ = try pool.borrow { try $0.call(anyOperation) } }?.kind == .died)
    }

    private final class StartedNames: Sendable {
        private let list = Mutex<[String]>([])
        var names: [String] { list.withLock { $0 } }
        func add(_ name: String) { list.withLock { $0.append(name) } }
    }
}
