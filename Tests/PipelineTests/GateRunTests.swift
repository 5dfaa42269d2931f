import Archives
import Foundation
import Imaging
import ParameterKit
import StageKit
import Testing

extension ProgramTests {
    /// `quality`: pictures that fail are drawn again, and what failed goes nowhere.
    @Suite(.serialized) struct GateRunTests {
        /// Thresholds that some of these small pictures pass.
        private static let gate = [
            "--set", "quality.enabled=true", "--set", "quality.smallest=0.03", "--set", "quality.cells=8",
        ]

        private func table(_ parts: PartFolder, output: String = "out") throws -> [[String: String]] {
            let file = try parts.report(output: output).deletingLastPathComponent().appendingPathComponent(
                "quality.csv")
            let lines = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\r\n").filter {
                !$0.isEmpty
            }
            let heads = try #require(lines.first).components(separatedBy: ",")
            return try lines.dropFirst().map { line in
                let cells = line.components(separatedBy: ",")
                try #require(cells.count == heads.count)
                return Dictionary(uniqueKeysWithValues: zip(heads, cells))
            }
        }

        @Test(.timeLimit(.minutes(5)))
        func whatFailsIsCountedAndNeverExported() throws {
            let parts = try PartFolder("method: cutpaste, images_per_normal: 8")
            let outcome = try parts.run(Self.gate)
            try #require(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.errors.contains("pictures passed ("), "\(outcome.errors)")
            #expect(outcome.errors.contains("the check `real` is not made"))
            let rows = try table(parts)
            let failed = Set(rows.filter { $0["verdict"] == "failed" }.compactMap { $0["unit"] })
            let passed = Set(rows.filter { $0["verdict"] == "passed" }.compactMap { $0["unit"] })
            #expect(!failed.isEmpty && !passed.isEmpty && failed.isDisjoint(with: passed))
            for row in rows {
                let area = try #require(Double(row["area"] ?? ""))
                #expect(
                    (row["failed"]?.contains("area") ?? false)
                        == (area < 0.03 || area > 0.3 || (Int(row["area_pixels"] ?? "") ?? 0) < 20))
                #expect(row["generator"] == "cutpaste" && row["kind"] == "damaged" && row["real"] == "")
                #expect(row["try"] != "1" || row["unit"] == row["picture"])
            }
            let listed = try Set(["bolt", "nut"].flatMap { try parts.units("\($0)/2shot-s3") }.map(\.pooled.id))
            #expect(listed == passed)
            // Exports hold the listed ones alone: the same pictures as without those tries in the pool.
            let archive = try openFileSource(parts.url("out/exports/parts-2shot-s3-mvtec.tar.gz").path)
            var exported = 0
            while let entry = try archive.next() {
                if entry.name.contains("/test/damaged/") && entry.name.hasSuffix(".png") { exported += 1 }
            }
            #expect(exported == listed.count)
            let page = try String(contentsOf: parts.report(), encoding: .utf8)
            #expect(page.contains("Which pictures passed") && page.contains("Without the gate and with it"))

            let status = try parts.run("--set", "quality.enabled=true", command: "status")
            #expect(status.status == 0)
            let again = try parts.run(Self.gate)
            #expect(again.errors.contains("nothing to do"), "\(again.errors)")
            let review = try parts.run(Self.gate + ["--to", parts.url("review.html").path], command: "review")
            #expect(
                review.status == 0 && review.output.contains("out by the gate"), "\(review.output) \(review.errors)")
            let shown = try String(contentsOf: parts.url("review.html"), encoding: .utf8)
            #expect(failed.allSatisfy { shown.contains($0) } && shown.contains("try 1 of 4: change "))
            #expect(try Program.run(["verify", "--output", parts.url("out").path]).status == 0)
        }

        @Test(.timeLimit(.minutes(5)))
        func withoutItEverythingIsAsItWas() throws {
            let parts = try PartFolder("method: cutpaste, images_per_normal: 4")
            try #require(try parts.run().status == 0)
            let before = Tree.finished(parts.url("out"))
            // Thresholds of a gate that is not enabled decide nothing, and the enabled one shares the pictures.
            try #require(try parts.run(Self.gate).status == 0)
            let after = Tree.finished(parts.url("out"))
            for (path, bytes) in before where !path.hasPrefix("runs/") { #expect(after[path] == bytes, "\(path)") }
            #expect(
                after.keys.contains { $0.hasSuffix("/quality.json") }
                    && !before.keys.contains { $0.hasSuffix("/quality.json") })
            #expect(try parts.run().errors.contains("nothing to do"))
        }

        @Test(.timeLimit(.minutes(5)))
        func oneAndThreeShardsLeaveTheSameBytes() throws {
            let parts = try PartFolder("method: cutpaste, images_per_normal: 5, batch: 2")
            func results(_ output: String) throws -> [String: Data] {
                try Tree(parts.url(output)).files.filter { !$0.key.contains("/shards/") }
            }
            try #require(try parts.run(Self.gate, output: "alone").status == 0)
            let alone = try results("alone")
            for count in [1, 3] {
                let output = "of\(count)"
                #expect(try parts.run(Self.gate + ["--until", "sample"], output: output).status == 0)
                let shards = try (0..<count).map { index in
                    try Program.start(
                        [
                            "run", parts.url("parts.yaml").path, "--output", parts.url(output).path, "--until",
                            "generate", "--shard", "\(index)/\(count)",
                        ] + Self.gate)
                }
                for shard in shards {
                    let outcome = try shard.wait()
                    #expect(outcome.status == 0 && outcome.errors.contains("is complete"), "\(outcome.errors)")
                }
                let last = try parts.run(Self.gate + ["--no-drawing"], output: output)
                #expect(last.status == 0, "\(last.errors)")
                let made = try results(output)
                #expect(made.keys.sorted() == alone.keys.sorted())
                for (path, bytes) in alone { #expect(made[path] == bytes, "\(path) differs with \(count) shards") }
            }
        }

        @Test func aGateThatNothingPassesSaysSoAndStops() throws {
            let parts = try PartFolder("method: cutpaste, images_per_normal: 2")
            let strict = ["--set", "quality.enabled=true", "--set", "quality.change=1", "--set", "quality.tries=3"]
            let outcome = try parts.run(strict)
            #expect(outcome.status == 65, "\(outcome.errors)")
            for words in [
                "none of 2 pictures of damaged passed the gate in 3 tries", "change failed 6, the nearest had",
                "it takes at least 100 % of the part (quality.change)", "generation.strength",
            ] { #expect(outcome.errors.contains(words), "\(words): \(outcome.errors)") }
            // Nothing is drawn once more.
            let before = Tree.paths(parts.url("out")).filter { $0.hasSuffix("/record.json") }
            #expect(try parts.run(strict).status == 65)
            #expect(Tree.paths(parts.url("out")).filter { $0.hasSuffix("/record.json") } == before)
            let plan = try parts.run(strict, command: "plan")
            #expect(plan.output.contains("up to 3 times as much"), "\(plan.output)")
        }

        @Test func whatCantBeAskedIsNamed() throws {
            for (keys, words) in [
                (["quality.enabled=maybe"], "quality.enabled"), (["quality.overlap=1.5"], "quality.overlap"),
                (["quality.smallest=0.4"], "expected less than `largest`, 0.3"), (["quality.tries=0"], "quality.tries"),
                (["quality.sharpness=1"], "unknown key `sharpness`"),
            ] {
                let parts = try PartFolder("method: cutpaste, images_per_normal: 2")
                let outcome = try parts.run(keys.flatMap { ["--set", $0] })
                #expect(outcome.status == 78 && outcome.errors.contains(words), "\(keys): \(outcome.errors)")
            }
            let taken = try PartFolder("method: external, external: { path: set }, images_per_normal: 1")
            try taken.writeSet(kinds: ["hole"], count: 2)
            let outcome = try taken.run("--set", "quality.enabled=true")
            #expect(
                outcome.status == 78 && outcome.errors.contains("method external makes no pictures"),
                "\(outcome.errors)")
        }
    }
}
