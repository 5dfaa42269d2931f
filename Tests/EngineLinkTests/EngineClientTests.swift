import EngineLink
import Foundation
import Glibc
import Synchronization
import Testing

@Suite struct EngineClientTests {
    @Test func asksAndIsAnswered() throws {
        let engine = try FakeEngine(
            "ready; read line; progress 1; notice 0; progress 1; result 1; read line; printf '%s' \"$line\" >&2; result 2; read line"
        )
        let client = try EngineClient(engine.launch)
        #expect(client.ready == EngineReady(version: EngineProtocol.version, engine: "fake", device: "cpu", threads: 1))
        let heard = Mutex<[String]>([])
        let result = try client.call(
            anyOperation, progress: { done, total, note in heard.withLock { $0.append("\(done)/\(total) \(note)") } },
            notice: { sentence in heard.withLock { $0.append(sentence) } })
        guard case .reconstruct = result else { return #expect(Bool(false), "another result") }
        #expect(heard.withLock { $0 } == ["1/2 step", "smaller pieces", "1/2 step"])
        _ = try client.call(anyOperation)
    }

    @Test func goesOnAfterAFailureOfTheEngine() throws {
        let client = try FakeEngine.client("ready; read line; failure 1; read line; result 2; read line")
        #expect(
            failure { _ = try client.call(anyOperation) } == EngineFailure(kind: .badData, message: "no such words"))
        _ = try client.call(anyOperation)
    }

    @Test func reportsAMissingProgram() throws {
        let error = failure { _ = try EngineClient(EngineClient.Launch(program: "/nonexistent/flawsmith-engine")) }
        #expect(error?.kind == .unavailable)
        #expect(error?.message.contains("/nonexistent/flawsmith-engine") == true)
        #expect(error?.message.contains("make build") == true)
    }

    @Test func reportsAMissingLibrary() throws {
        let complaint =
            "flawsmith-engine: error while loading shared libraries: libtorch_cpu.so: cannot open shared object file"
        let error = failure { _ = try FakeEngine.client("echo '\(complaint)' >&2; exit 127") }
        #expect(error?.kind == .unavailable)
        #expect(error?.message.contains("make setup") == true)
        #expect(error?.message.contains("libtorch_cpu.so") == true)
    }

    @Test func reportsAFalseStart() throws {
        let ended = failure { _ = try FakeEngine.client("echo 'no luck' >&2; exit 3") }
        #expect(ended?.kind == .unavailable)
        #expect(ended?.message.contains("exit status 3") == true)
        #expect(ended?.message.contains("no luck") == true)
        let refused = failure { _ = try FakeEngine.client("nodevice 0; exit 69") }
        #expect(refused == EngineFailure(kind: .unavailable, message: "no device cuda:7"))
        let other = failure { _ = try FakeEngine.client("old; read line") }
        #expect(other?.kind == .unavailable)
        #expect(other?.message.contains("version \(EngineProtocol.version + 1)") == true)
        let silent = failure { _ = try FakeEngine.client("exec sleep 1000", patience: 1) }
        #expect(silent?.kind == .unavailable)
        #expect(silent?.message.contains("not ready after 1 s") == true)
        let early = failure { _ = try FakeEngine.client("result 0; read line") }
        #expect(early?.kind == .internalError)
    }

    @Test(arguments: [("exit 3", "exit status 3"), ("kill -9 $$", "signal 9"), ("kill -6 $$", "signal 6")])
    func reportsADeathUnderTheRequest(_ end: (command: String, words: String)) throws {
        let client = try FakeEngine.client(
            "ready; read line; progress 1; echo 'what(): out of luck' >&2; \(end.command)")
        let error = failure { _ = try client.call(anyOperation) }
        #expect(error?.kind == .died)
        #expect(error?.message.contains(end.words) == true)
        #expect(error?.message.contains("what(): out of luck") == true)
        #expect(failure { _ = try client.call(anyOperation) }?.kind == .died)
    }

    @Test func anEngineThatEndedBetweenCallsIsDead() throws {
        let engine = try FakeEngine("ready; exit 0")
        let client = try EngineClient(engine.launch)
        #expect(failure { _ = try client.call(anyOperation) }?.kind == .died)
        #expect(failure { _ = try client.call(anyOperation) }?.kind == .died)
    }

    @Test(arguments: ["echo '{\"id\":1,\"body\":{}}'", "echo hello", "result 7", "ready"])
    func refusesWhatIsNoAnswer(_ words: String) throws {
        let client = try FakeEngine.client("ready; read line; \(words); read line")
        #expect(failure { _ = try client.call(anyOperation) }?.kind == .internalError)
        #expect(failure { _ = try client.call(anyOperation) }?.kind == .died)
    }

    @Test func canBeKilledUnderACall() throws {
        let client = try FakeEngine.client("ready; read line; progress 1; exec sleep 1000")
        let error = failure {
            _ = try client.call(
                anyOperation,
                progress: { _, _, _ in
                    Thread.detachNewThread { client.kill() }
                })
        }
        #expect(error?.kind == .died)
        client.kill()
    }

    @Test func refusesASecondCallAtOnce() throws {
        let client = try FakeEngine.client("ready; read line; progress 1; result 1; read line")
        let inner = Mutex<EngineFailure?>(nil)
        _ = try client.call(
            anyOperation,
            progress: { _, _, _ in
                let error = failure { _ = try client.call(anyOperation) }
                inner.withLock { $0 = error }
            })
        #expect(inner.withLock { $0 }?.kind == .internalError)
    }

    /// A process that the engine started may hold its streams open; it is ended with the engine, without waiting for
    /// it.
    @Test func isNotHeldUpByAGrandchild() throws {
        let client = try FakeEngine.client("ready; read line; sleep 1000 & exit 4")
        #expect(failure { _ = try client.call(anyOperation) }?.message.contains("exit status 4") == true)
    }

    /// A second engine must not hold the first one's streams open.
    @Test func inheritsNothingOfAnotherEngine() throws {
        let first = try FakeEngine.client("ready; read line; result 1; read line")
        let engine = try FakeEngine("ready; read line; ls -l /proc/$$/fd >&2; result 1; read line")
        let second = try EngineClient(engine.launch)
        _ = try second.call(anyOperation)
        _ = try first.call(anyOperation)
        second.kill()
        _ = failure { _ = try second.call(anyOperation) }
        let listing = try String(contentsOf: engine.folder.appendingPathComponent("log"), encoding: .utf8)
        // Besides its three streams it has the sockets that this process inherited and passes on to its children.
        let passedOn = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap { Int32($0) }
            .filter {
                number in
                let flags = fcntl(number, F_GETFD)
                let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(number)")
                return number > 2 && flags >= 0 && flags & FD_CLOEXEC == 0 && target?.hasPrefix("socket:") == true
            }
        #expect(Set(listing.matches(of: /socket:\[\d+\]/).map(\.output)).count == 3 + passedOn.count)
    }

    @Test func keepsTheLastOfManyComplaints() throws {
        let engine = try FakeEngine(
            "ready; read line; i=0; while [ $i -lt 3000 ]; do echo \"complaint $i\" >&2; i=$((i+1)); done; exit 5")
        let client = try EngineClient(engine.launch)
        let error = failure { _ = try client.call(anyOperation) }
        #expect(error?.message.hasSuffix("complaint 2999") == true)
        #expect(error.map { $0.message.utf8.count < 10_000 } == true)
        let log = try String(contentsOf: engine.folder.appendingPathComponent("log"), encoding: .utf8)
        #expect(log.hasPrefix("complaint 0\n"))
    }

    @Test func sendsLongRequests() throws {
        let engine = try FakeEngine("ready; n=$(head -n 1 | wc -c); [ \"$n\" -gt 1000000 ] && result 1; read line")
        let images = (0..<40_000).map { "/a/rather/long/path/to/a/picture/\($0).png" }
        _ = try EngineClient(engine.launch).call(
            .reconstruct(ReconstructRequest(model: "m", images: images, outputs: images, dtype: "float32")))
    }

    /// An engine that closes its output can't answer any more, and is not waited for.
    @Test(.timeLimit(.minutes(10)), arguments: ["exec >&-; exec sleep 1000", "exec >&- 2>&-; sleep 1000"])
    func anEngineThatClosesItsOutputAndLivesOnIsEnded(_ end: String) throws {
        let client = try FakeEngine.client("ready; read line; \(end)")
        #expect(failure { _ = try client.call(anyOperation) }?.kind == .died)
        let early = failure { _ = try FakeEngine.client(end) }
        #expect(early != nil)
    }

    /// An engine that starts its own session leaves the process group that is killed; it is still ended.
    @Test(.timeLimit(.minutes(10))) func anEngineThatLeavesItsGroupIsEnded() throws {
        let client = try FakeEngine.client("ready; read line; exec setsid sh -c 'exec >&-; exec sleep 1000'")
        #expect(failure { _ = try client.call(anyOperation) }?.kind == .died)
    }

    @Test func numbersFromOutsideStayWithinBounds() throws {
        let huge =
            "printf '%s\\n' '{\"id\":1,\"body\":{\"progress\":{\"done\":9223372036854775807,\"total\":TOTAL,\"note\":\"\"}}}'"
        let lines = ["9223372036854775807", "-5", "3"].map { huge.replacingOccurrences(of: "TOTAL", with: $0) }
        let client = try FakeEngine.client("ready; read line; \(lines.joined(separator: "; ")); result 1; read line")
        let heard = Mutex<[[Int]]>([])
        _ = try client.call(anyOperation, progress: { done, total, _ in heard.withLock { $0.append([done, total]) } })
        #expect(heard.withLock { $0 } == [[1 << 40, 1 << 40], [0, 0], [3, 3]])
    }
}
