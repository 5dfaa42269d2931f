import EngineLink
import Foundation
import Glibc
import Testing

@Suite("The engine as a process")
struct LineTests {
    func events(_ output: String) throws -> [EngineEvent] {
        try output.split(separator: "\n").map { try EngineLine.decode(from: Array($0.utf8)) }
    }

    @Test("It ends with its input; a line that is no request is answered, and the next one too")
    func badLines() throws {
        let request = String(
            decoding: try EngineLine.encode(
                EngineRequest(id: 9, operation: .inspect(.init(kind: .clip, model: "/none")))), as: UTF8.self)
        let other = request.replacingOccurrences(of: "\"version\":\(EngineProtocol.version)", with: "\"version\":99")
        let ended = try EngineProgram.run(["--device", "cpu"], input: "nonsense\n\n" + other + request)
        #expect(ended.status == 0)
        let events = try events(ended.output)
        try #require(events.count == 4)
        #expect(events.map(\.id) == [0, 0, 9, 9])
        guard case .ready = events[0].body, case .failure(let first) = events[1].body,
            case .failure(let second) = events[2].body,
            case .failure(let third) = events[3].body
        else {
            Issue.record("other events: \(events)")
            return
        }
        #expect(first.kind == .internalError && second.kind == .internalError && third.kind == .inputMissing)
        #expect(second.message.contains("version 99"))
    }

    @Test("A device that isn't there is unavailable, wrong words are a wrong use")
    func start() throws {
        let missing = try EngineProgram.run(["--device", "cuda:99"])
        #expect(missing.status == 69)
        guard case .failure(let failure) = try #require(try events(missing.output).first).body else {
            Issue.record("another event: \(missing.output)")
            return
        }
        #expect(failure.kind == .unavailable && failure.message.contains("cuda:99"))
    }

    @Test("Ctrl-C is left to the tool")
    func interrupt() throws {
        let process = Process()
        process.executableURL = URL(filePath: EngineProgram.path)
        process.arguments = ["--device", "cpu"]
        let (input, output) = (Pipe(), Pipe())
        (process.standardInput, process.standardOutput) = (input, output)
        try process.run()
        #expect(!output.fileHandleForReading.availableData.isEmpty)  // it is ready
        kill(process.processIdentifier, SIGINT)
        try input.fileHandleForWriting.write(contentsOf: Data("nonsense\n".utf8))
        #expect(!output.fileHandleForReading.availableData.isEmpty)  // and still answers
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 0)
    }

    @Test("It dies with the process that started it, though its input stays open")
    func parentDies() throws {
        let program = try EngineProgram()
        let note = program.path("pid")
        // The shell starts the engine on an input that a third process keeps open, waits for its first line, and is
        // killed.
        let script = """
            mkfifo "$2/in" "$2/out"
            "$1" --device cpu < "$2/in" > "$2/out" & engine=$!
            exec 3> "$2/in" 4< "$2/out"
            read -r line <&4
            echo $engine > "$2/pid.new"; mv "$2/pid.new" "$2/pid"
            read -r line <&4
            """
        let shell = Process()
        shell.executableURL = URL(filePath: "/bin/bash")
        shell.arguments = ["-c", script, "bash", EngineProgram.path, program.folder.path]
        try shell.run()
        var engine: pid_t?
        for _ in 0..<3000 where engine == nil {  // up to 60 s: a bound, not a measure
            usleep(20_000)
            engine = (try? String(contentsOfFile: note, encoding: .utf8)).flatMap {
                pid_t($0.trimmingCharacters(in: .whitespacesAndNewlines))
            }
        }
        let found = try #require(engine)
        let holder = open(program.path("in"), O_WRONLY | O_CLOEXEC)  // the input doesn't end with the shell
        defer { close(holder) }
        try #require(holder >= 0)
        // `waitUntilExit` would wait for every process that inherited its socket, including the engine.
        kill(shell.processIdentifier, SIGKILL)
        var isGone = false
        for _ in 0..<3000 where !isGone {
            usleep(20_000)
            let state = (try? String(contentsOfFile: "/proc/\(found)/stat", encoding: .utf8))?.split(separator: ")")
                .last?.first {
                    $0 != " "
                }
            isGone = state == nil || state == "Z"  // gone, or dead and not yet reaped
        }
        #expect(isGone)
        if !isGone { kill(found, SIGKILL) }
    }
}
