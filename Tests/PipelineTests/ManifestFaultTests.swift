import Foundation
import Glibc
import Testing

extension ProgramTests {
    /// System calls on the manifest that go wrong: an interrupted one isn't noticed, a failed one is no missing file.
    @Suite(.serialized) struct ManifestFaultTests {
        @Test(.enabled(if: SystemFault.library != nil, "needs a C compiler"))
        func aManifestThatCannotBeReadIsNotMissing() throws {
            let parts = try PartFolder("method: cutpaste, images_per_normal: 1")
            let manifest = parts.url("parts.yaml"), counter = parts.url("counter")
            func plan(_ fault: SystemFault) throws -> Program.Outcome {
                try Program.run(
                    ["plan", manifest.path, "--output", parts.url("out").path],
                    environment: fault.environment(under: manifest, counter: counter))
            }
            try #require(try plan(.none).status == 0)
            let calls = SystemFault.count(counter)
            #expect(calls >= 3)
            var failures = 0
            for call in 1...calls {
                let interrupted = try plan(SystemFault(call: call, kind: EINTR))
                #expect(interrupted.status == 0, "call \(call): \(interrupted.errors)")
                for kind in [EIO, EACCES, EMFILE] {
                    let failed = try plan(SystemFault(call: call, kind: kind))
                    // Some are Foundation's, which only wonders whether it is a folder.
                    if failed.status == 0 { continue }
                    failures += 1
                    let reason = String(cString: strerror(kind))
                    #expect(
                        failed.status == 74 && failed.errors.contains("can't be read: \(reason)"),
                        "call \(call): \(failed.status) \(failed.errors)")
                }
            }
            #expect(failures >= 6, "opening and reading fail in three ways")
            try FileManager.default.removeItem(at: manifest)
            #expect(try plan(.none).status == 66)
        }
    }
}
