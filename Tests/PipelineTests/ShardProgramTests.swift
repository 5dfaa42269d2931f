import Foundation
import Glibc
import ParameterKit
import StageKit
import Testing

extension ProgramTests {
    /// Shards of a run, each a process of its own.
    @Suite(.serialized) struct ShardProgramTests {
        /// What is left of a run but its shards' own records.
        private func results(_ url: URL) throws -> [String: Data] {
            try Tree(url).files.filter { !$0.key.contains("/shards/") && !$0.key.contains("/slurm/") }
        }

        @Test(.timeLimit(.minutes(5)))
        func oneFourAndSevenShardsLeaveTheSameBytesAsOneMachine() throws {
            let parts = try PartFolder("method: cutpaste, images_per_normal: 5, batch: 2")
            try #require(try parts.run(output: "alone").status == 0)
            let alone = try results(parts.url("alone"))
            #expect(alone.keys.contains { $0.hasPrefix("exports/") && $0.hasSuffix(".tar.gz") })
            for count in [1, 4, 7] {
                let output = "of\(count)"
                #expect(try parts.run("--until", "sample", output: output).status == 0)
                let shards = try (0..<count).map { index in
                    try Program.start([
                        "run", parts.url("parts.yaml").path, "--output", parts.url(output).path, "--until", "generate",
                        "--shard", "\(index)/\(count)",
                    ])
                }
                for shard in shards {
                    let outcome = try shard.wait()
                    #expect(outcome.status == 0 && outcome.errors.contains("is complete"), "\(outcome.errors)")
                }
                // The lists are written by whoever comes next, which draws nothing.
                let last = try parts.run("--no-drawing", output: output)
                #expect(last.status == 0, "\(last.errors)")
                let made = try results(parts.url(output))
                #expect(made.keys.sorted() == alone.keys.sorted())
                for (path, bytes) in alone { #expect(made[path] == bytes, "\(path) differs with \(count) shards") }
            }
        }

        @Test(.timeLimit(.minutes(5)))
        func aShardDoesItsPartAndNothingElse() throws {
            let parts = try PartFolder("method: cutpaste, images_per_normal: 4")
            func shard(_ text: String, _ environment: [String: String] = [:]) throws -> Program.Outcome {
                try Program.run(
                    [
                        "run", parts.url("parts.yaml").path, "--output", parts.url("out").path, "--until", "generate",
                        "--shard", text,
                    ], environment: environment)
            }
            // Nothing is there to draw on.
            let early = try shard("0/4")
            #expect(early.status == 66 && early.errors.contains("--until sample"), "\(early.errors)")
            try #require(try parts.run("--until", "sample").status == 0)
            for arguments in [["--shard", "0/4"], ["--shard", "4/4", "--until", "generate"]] {
                #expect(try Program.run(["run", parts.url("parts.yaml").path] + arguments).status == 64)
            }
            #expect(try shard("auto/4").status == 64)
            #expect(try shard("auto/4", ["SLURM_ARRAY_TASK_ID": "1", "SLURM_ARRAY_TASK_COUNT": "1"]).status == 0)
            let after = Tree.finished(parts.url("out"))
            // 2 categories × 2 normals × 4 pictures, of which 1-shot has half.
            #expect(Tree.paths(parts.url("out")).count { $0.hasSuffix("/record.json") } == 4)
            #expect(!after.keys.contains { $0.hasPrefix("objects/generate") })

            // What is recorded is skipped.
            let again = try shard("1/4")
            #expect(again.status == 0 && again.errors.contains("4 of them were there before"), "\(again.errors)")
            #expect(Tree.finished(parts.url("out")) == after)

            let other = try shard("0/3")
            #expect(other.status == 64 && other.errors.contains("among 4 shards"), "\(other.errors)")
            let early2 = try parts.run("--no-drawing")
            #expect(early2.status == 75 && early2.errors.contains("are missing"), "\(early2.errors)")
            let status = try Program.run(
                ["status", parts.url("parts.yaml").path, "--output", parts.url("out").path])
            #expect(status.output.contains("shards: 1 of 4 complete, 4 of 16 pictures"), "\(status.output)")
            #expect(status.output.contains("shard 0/4: 0 of 4 pictures"))
            #expect(!status.output.contains("scheduler"))

            for index in [0, 2, 3] { #expect(try shard("\(index)/4").status == 0) }
            // A damaged picture is mended by its shard, or by the run that follows.
            let unit = try #require(try parts.firstPicture())
            try Data("x".utf8).write(to: unit)
            #expect(try (0..<4).allSatisfy { try shard("\($0)/4").status == 0 })
            #expect(try Data(contentsOf: unit).count > 1)
            #expect(try parts.run("--no-drawing").status == 0)
            #expect(try Program.run(["verify", "--output", parts.url("out").path]).status == 0)
        }

        @Test(.timeLimit(.minutes(5)))
        func twoAttemptsOfOneShardEndWithTheSameBytes() throws {
            let parts = try PartFolder("method: perlin, images_per_normal: 12")
            try #require(try parts.run(output: "alone").status == 0)
            try #require(try parts.run("--until", "sample").status == 0)
            let attempts = try (0..<6).map { number in
                // One attempt per node: after a failure a scheduler starts a task elsewhere while the first one lives.
                try Program.start(
                    [
                        "run", parts.url("parts.yaml").path, "--output", parts.url("out").path, "--until", "generate",
                        "--shard", "auto/2",
                    ],
                    environment: [
                        "SLURM_ARRAY_JOB_ID": "7", "SLURM_ARRAY_TASK_ID": "\(number % 2)",
                        "SLURM_RESTART_COUNT": "\(number / 2)", "SLURMD_NODENAME": "n\(number)",
                    ])
            }
            for attempt in attempts {
                let outcome = try attempt.wait()
                #expect(outcome.status == 0, "\(outcome.errors)")
            }
            #expect(try parts.run("--no-drawing").status == 0)
            #expect(try results(parts.url("out")) == results(parts.url("alone")))
            let paths = Tree.paths(parts.url("out"))
            #expect(paths.count { $0.contains("/attempts/") && $0.contains("-7_1-2-") } == 1)
            #expect(!paths.contains { $0.hasSuffix(".tmp") || $0.contains("/shards/") && $0.contains("/work/") })
        }

        /// With the engine: it is told to stop in the middle, and what it has finished stays.
        @Test(.timeLimit(.minutes(5)), arguments: [(SIGTERM, Int32(143)), (SIGUSR1, Int32(75))])
        func aShardThatIsToldToStopDropsThePictureAtHand(_ number: Int32, _ code: Int32) throws {
            let place = try Workplace()
            let output = place.folder.appendingPathComponent("out")
            func arguments(_ more: String...) -> [String] {
                ["run", place.manifest, "--output", output.path, "--set", "generation.cut.steps=30"] + more
            }
            try #require(try Program.run(arguments("--until", "sample")).status == 0)
            let shard = ["--until", "generate", "--shard", "0/1"]
            let running = try Program.start(arguments("--device", "cpu") + shard)
            func records() -> Int { Tree.paths(output).count { $0.hasSuffix("/record.json") } }
            while running.process.isRunning, records() < 2 { usleep(5000) }
            running.kill(number)
            let outcome = try running.wait()
            #expect(outcome.status == code, "\(outcome.errors)")
            let made = Tree.finished(output)
            #expect(records() >= 2)
            #expect(!Tree.paths(output).contains { $0.hasSuffix("/failed.json") })

            // No engine can be had: what is open says so, what is finished doesn't ask for one.
            #expect(try Program.run(arguments("--device", "cuda:7") + shard).status == 69)
            #expect(try Program.run(arguments("--device", "cpu") + shard).status == 0)
            let idle = try Program.run(arguments("--device", "cuda:7") + shard)
            #expect(idle.status == 0, "\(idle.errors)")
            for (path, mark) in made { #expect(Tree.finished(output)[path] == mark, "\(path) was written again") }
            #expect(!Tree.paths(output).contains { $0.contains("/shards/") && $0.contains("/work/") })
        }
    }
}

extension PartFolder {
    /// The picture of the first unit in the pool.
    fileprivate func firstPicture() throws -> URL? {
        Tree.paths(url("out")).first { $0.hasPrefix("units/") && $0.hasSuffix("/image.png") }.map { url("out/\($0)") }
    }
}
