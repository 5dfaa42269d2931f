import Foundation
import Glibc
import StageKit
import Testing
import TortureSupport

extension ProgramTests {
    /// Kills at random system calls of a run with the engine: of the tool or its engine, whichever makes the call.
    @Suite(.serialized) struct EngineTortureTests {
        /// One output is killed six times, each run going on where the last one was; then a run ends it.
        @Test(.enabled(if: SystemFault.library != nil && Torture.isFull, "one of `make torture`"))
        func killsWithTheEngine() throws {
            let place = try Workplace {
                $0.replacingOccurrences(of: "[hex_nut, tablet]", with: "[tablet]")
                    .replacingOccurrences(of: "shots: [1, 2]", with: "shots: [1]")
                    .replacingOccurrences(of: "epochs: 4", with: "epochs: 2")
            }
            let home = place.folder, manifest = place.manifest
            let run = { @Sendable (name: String, fault: SystemFault) throws -> SpawnedProgram.Ended in
                let counter = home.appendingPathComponent("\(name).counter")
                let program = try SpawnedProgram(
                    ["run", manifest, "--device", "cpu", "--output", home.appendingPathComponent(name).path],
                    environment: fault.environment(under: home, counter: counter),
                    output: home.appendingPathComponent("\(name).out"),
                    errors: home.appendingPathComponent("\(name).err"))
                return program.wait(seconds: 300)
            }
            try #require(try run("reference", .none).status == 0)
            let calls = Int(SystemFault.count(home.appendingPathComponent("reference.counter")))
            let expected = try Tree(home.appendingPathComponent("reference"))
            let row = Torture.row("six kills, engine", count: 50) { dice, number, _ in
                let name = "out\(number)", output = home.appendingPathComponent(name)
                defer { try? FileManager.default.removeItem(at: output) }
                var statuses: [Int32] = []
                for _ in 0..<6 {
                    let fault = SystemFault(call: UInt64(1 + dice.below(calls / 3)), kind: SystemFault.kill)
                    let ended = try run(name, fault)
                    statuses.append(ended.status)
                    let isDocumented =
                        [0, 128 + SIGKILL].contains(ended.status)
                        || TortureGround.documented.contains(ended.status)
                    if ended.hung || !isDocumented { return .failed("\(fault): \(ended)") }
                }
                let last = try run(name, .none)
                guard last.status == 0 else { return .failed("the last run ended with \(last.status)") }
                guard try Tree(output).files == expected.files else { return .failed("other bytes") }
                return .told(statuses)
            }
            #expect(row.failures.isEmpty, "\(row.name), seed \(Torture.seed): \(row.failures.prefix(5))")
        }
    }
}
