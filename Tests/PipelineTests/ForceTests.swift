import Foundation
import StageKit
import Testing

extension ProgramTests {
    /// `--force STAGE` with all stages there are: whatever a stage left is made again, and nothing else.
    ///
    /// Bytes are changed in everything that the stage left, to the same size, which a plain run doesn't see. After the
    /// forced run they are back.
    @Suite(.serialized) struct ForceTests {
        private func flip(_ file: URL) throws {
            var bytes = try Data(contentsOf: file)
            guard let last = bytes.indices.last else { return }
            bytes[last] ^= 1
            try bytes.write(to: file)
        }

        @Test(.timeLimit(.minutes(10))) func everyStageIsMadeAgain() throws {
            let place = try Workplace {
                $0.replacingOccurrences(of: "[hex_nut, tablet]", with: "[tablet]")
                    .replacingOccurrences(of: "shots: [1, 2]", with: "shots: [1]")
            }
            let output = place.folder.appendingPathComponent("out"), store = ArtifactStore(root: output)
            func run(_ arguments: [String]) throws -> Program.Outcome {
                try Program.run(
                    ["run", place.manifest, "--output", output.path, "--device", "cpu"] + arguments)
            }
            /// Object → `done.json`, which bears the time.
            func finished() throws -> [String: Data] {
                var found: [String: Data] = [:]
                for entry in try FolderListing.entries(of: store.objects) {
                    found[entry.name] = try DurableFile.read(store.object(named: entry.name).doneFile)
                }
                return found
            }
            let whole = try run([])
            try #require(whole.status == 0, "\(whole.errors)")
            let expected = try Tree(output)
            let stages: [(forced: String, jobs: [String])] = [
                ("ingest", ["ingest"]), ("foreground", ["foreground"]), ("sample", ["sample"]),
                ("generate", ["generate"]), ("export", ["export"]), ("fit", ["fit"]),
                ("report", ["detect", "embed", "assess", "report"]),
            ]
            var seen: Set<String> = []
            for (stage, jobs) in stages {
                let before = try finished()
                let own = before.keys.filter { name in jobs.contains { name.hasPrefix($0 + "-v") } }
                #expect(!own.isEmpty, "\(stage)")
                seen.formUnion(own)
                for name in own {
                    let data = store.object(named: name).data
                    for path in try StoredObject.files(under: data) { try flip(data.appendingPathComponent(path)) }
                }
                if stage == "generate" {
                    for path in try StoredObject.files(under: store.units) {
                        try flip(store.units.appendingPathComponent(path))
                    }
                }
                let forced = try run(["--force", stage])
                #expect(forced.status == 0, "--force \(stage): \(forced.errors)")
                let after = try finished()
                let again = after.keys.filter { before[$0] != after[$0] }
                #expect(Set(again) == Set(own), "--force \(stage) made \(again.sorted())")
                let made = try Tree(output)
                #expect(made.files.keys.sorted() == expected.files.keys.sorted())
                let other = made.files.filter { expected.files[$0.key] != $0.value }.keys.sorted()
                #expect(other.isEmpty, "--force \(stage) left \(other)")
            }
            #expect(seen == Set(try finished().keys), "a stage was forgotten")
            #expect(try run([]).errors.contains("nothing to do"))
        }
    }
}
