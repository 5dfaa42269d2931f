import Foundation
import Glibc
import Imaging
import ParameterKit
import StageKit
import Testing
import TortureSupport

extension ProgramTests {
    /// An input that is replaced while the program is at it. The program is stopped at each of its calls on the file,
    /// the file replaced, and the program let go on.
    @Suite(.serialized) struct InputSwapTests {
        @Test(.enabled(if: SystemFault.library != nil, "needs a C compiler"))
        func aPictureReplacedDuringSynthesizeIsNotRecordedAsAnother() throws {
            let home = Torture.scratch.appendingPathComponent("flawsmith-swap-\(UInt64.random(in: 0 ... .max))")
            defer { try? FileManager.default.removeItem(at: home) }
            let picture = home.appendingPathComponent("input/part.png"),
                counter = home.appendingPathComponent("counter")
            let kinds = try (1...2).map { Data(try PartFolder.part($0 * 40).png()) }

            /// The record's digest of the source, and the picture; nil unless the program ended with 0.
            func synthesize(_ name: String, _ fault: SystemFault) throws -> (
                status: Int32, made: [Data]?, calls: UInt64
            ) {
                try DurableFile.write(kinds[0], to: picture)
                let to = home.appendingPathComponent(name)
                let program = try SpawnedProgram(
                    [
                        "synthesize", "--image", picture.path, "--object", "bolt", "--anomaly", "bent", "--seed", "3",
                        "--set", "generation.method=cutpaste", "--to", to.path,
                    ],
                    environment: fault.environment(under: picture.deletingLastPathComponent(), counter: counter),
                    output: home.appendingPathComponent("out"), errors: home.appendingPathComponent("err"))
                if fault.call > 0 {
                    #expect(program.waitUntilStopped())
                    try DurableFile.write(kinds[1], to: picture)
                    program.send(SIGCONT)
                }
                let status = program.wait().status
                guard status == 0 else { return (status, nil, 0) }
                let record = try JSONValue(parsing: try DurableFile.read(to.appendingPathComponent("record.json")))
                let digest = Data((record["source"]?["sha256"]?.string ?? "").utf8)
                return (
                    status, [digest, try DurableFile.read(to.appendingPathComponent("image.png"))],
                    SystemFault.count(counter)
                )
            }

            let first = try synthesize("first", .none)
            let made = try #require(first.made)
            #expect(first.calls >= 6)
            #expect(made[0] == Data(Digest.sha256(kinds[0]).utf8))
            var refused = 0
            for call in 1...first.calls {
                let swapped = try synthesize("swapped\(call)", SystemFault(call: call, kind: SystemFault.stop))
                if swapped.status == 65 { refused += 1 }
                // Of one input or of the other, never the name of one and the pixels of the other.
                let isFirst = swapped.made == made
                let isSecond =
                    swapped.made?.first == Data(Digest.sha256(kinds[1]).utf8) && swapped.made?.last != made[1]
                #expect(swapped.status == 65 || isFirst || isSecond, "replaced at call \(call): \(swapped.status)")
            }
            #expect(refused > 0)
        }
    }
}
