import EngineLink
import Foundation
import Testing

@Suite("The engine's command line")
struct CommandLineTests {
    @Test("Help and version go to standard output and are no error")
    func help() throws {
        let help = try EngineProgram.run(["--help"])
        #expect(help.status == 0 && help.errors.isEmpty)
        for name in ["starter-models", "train-starter", "measure-labels", "measure-words", "FLAWSMITH_KERNELS"] {
            #expect(help.output.contains(name), "\(name)")
        }
        let serving = try EngineProgram.run(["serve", "--help"])
        #expect(serving.status == 0 && serving.output.contains("--device") && serving.output.contains("--threads"))
        let version = try EngineProgram.run(["--version"])
        #expect(version.status == 0 && version.output.contains("LibTorch 2."))
    }

    /// Each wrong use with a part of its message.
    static let wrongUses: [(words: [String], told: String)] = [
        (["--threads", "0"], "from 1 to 1024"),
        (["--threads", "two"], "from 1 to 1024"),
        (["--bogus"], "--bogus"),
        (["--device"], "--device"),
        (["serve", "more"], "more"),
        (["bogus"], "bogus"),
        (["starter-models"], "--to"),
        (["starter-models", "--to", "x", "--seed", "4294967296"], "4294967295"),
        (["train-starter", "--settings", "s", "--work", "w"], "--to"),
        (["train-starter", "vae", "--settings", "s", "--work", "w"], "vae"),
        (["train-starter", "clip", "--work", "w"], "--settings"),
        (["train-starter", "clip", "--settings", "s"], "--work"),
        (["train-starter", "clip", "--settings", "", "--work", "w"], "--settings needs a name"),
        (["train-starter", "clip", "--settings", "s", "--work", "w", "--pictures", "p"], "--measure"),
        (["train-starter", "clip", "--settings", "s", "--work", "w", "--minutes", "0"], "from 1 to 100000"),
        (["measure-labels", "--model", "m"], "--settings"),
        (["measure-labels", "--model", "m", "--settings", "s", "--parts", "0"], "from 1 to 1000"),
        (["measure-words", "--clip", "c", "--model", "m", "--settings", "s"], "--export"),
    ]

    @Test("A wrong use ends with 64, says what is wrong, and answers nothing", arguments: wrongUses)
    func wrongUse(words: [String], told: String) throws {
        let ended = try EngineProgram.run(words)
        #expect(ended.status == 64)
        #expect(ended.errors.contains(told), "\(ended.errors)")
        #expect(ended.output.isEmpty)
    }

    @Test("Options may be joined to their values, and serving may be asked for by name")
    func words() throws {
        for words in [["--device=cpu", "--threads=1"], ["serve", "--threads", "1", "--device", "cpu"]] {
            let ended = try EngineProgram.run(words)
            #expect(ended.status == 0)
            let event: EngineEvent = try EngineLine.decode(from: Array(ended.output.utf8))
            guard case .ready(let ready) = event.body else {
                Issue.record("another event: \(ended.output)")
                return
            }
            #expect(ready.device == "cpu" && ready.threads == 1)
        }
    }

    @Test("What is left to LibTorch's kernels stands behind its version")
    func kernels() throws {
        func first(_ kernels: String) throws -> (event: EngineEvent, status: Int32) {
            let ended = try EngineProgram.run(
                ["--device", "cpu"], environment: ["FLAWSMITH_KERNELS": kernels])
            return (try EngineLine.decode(from: Array(ended.output.utf8)), ended.status)
        }
        for (kernels, told) in [
            ("libtorch", ", kernels libtorch"), ("norms,attention", ", kernels attention,norms"), ("own", nil),
        ] {
            guard case .ready(let ready) = try first(kernels).event.body else {
                Issue.record("not ready with \(kernels)")
                return
            }
            #expect(told.map { ready.engine.hasSuffix($0) } ?? !ready.engine.contains("kernels"), "\(ready.engine)")
        }
        let unknown = try first("torch")
        #expect(unknown.status == 69)
        guard case .failure(let failure) = unknown.event.body else {
            Issue.record("another event: \(unknown.event)")
            return
        }
        #expect(failure.kind == .unavailable)
        #expect(failure.message.contains("FLAWSMITH_KERNELS") && failure.message.contains("“torch”"))
        let byHand = try EngineProgram.run(
            ["train-starter", "clip", "--settings", "/none", "--work", "/none"],
            environment: ["FLAWSMITH_KERNELS": "torch"])
        #expect(byHand.status == 64 && byHand.errors.contains("FLAWSMITH_KERNELS"))
    }
}
