import Foundation
import ParameterKit
import StageKit
import Testing
import flawsmith

extension ProgramTests {
    /// What is handed to Slurm and what is made of its answers, with programs that only note what they were told. A
    /// real Slurm is tried by `make slurm`.
    @Suite(.serialized) struct SubmitTests {
        let parts: PartFolder
        init() throws {
            parts = try PartFolder("method: cutpaste, images_per_normal: 4")
            try fake("sbatch", "echo \"$@\" >> \(parts.url("told").path); wc -l < \(parts.url("told").path)")
            try fake("squeue", "exit 0")
            try fake("scontrol", "echo 'MaxArraySize            = 3'")
        }

        /// Puts a shell script in the place of one of Slurm's programs.
        private func fake(_ name: String, _ body: String) throws {
            let file = parts.url("slurm/\(name)")
            try DurableFile.write("#!/bin/sh\n\(body)\n", to: file)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
        }

        private func run(_ command: String, _ arguments: String...) throws -> Program.Outcome {
            let path = "\(parts.url("slurm").path):\(ProcessInfo.processInfo.environment["PATH"] ?? "")"
            return try Program.run(
                [command, parts.url("parts.yaml").path, "--output", parts.url("out").path] + arguments,
                environment: ["PATH": path])
        }

        private var told: [String] {
            get throws {
                guard try DurableFile.exists(parts.url("told")) else { return [] }
                return String(decoding: try DurableFile.read(parts.url("told")), as: UTF8.self)
                    .split(separator: "\n").map(String.init)
            }
        }

        @Test func aDryRunPrintsScriptsAndTouchesNothing() throws {
            let unknown = try run("submit", "--dry-run")
            #expect(unknown.status == 64 && unknown.errors.contains("--shards"), "\(unknown.errors)")
            let dry = try run("submit", "--dry-run", "--shards", "5", "--max-running", "2", "--", "--gres=gpu:1")
            #expect(dry.status == 0, "\(dry.errors)")
            let lines = dry.output.split(separator: "\n").map(String.init)
            let calls = lines.filter { $0.hasPrefix("# sbatch") }
            try #require(calls.count == 3, "\(dry.output)")
            // Arrays have at most three tasks here, with numbers below that.
            #expect(calls[0].contains("--array=0-2%2 --gres=gpu:1"))
            #expect(calls[1].contains("--array=0-1%2 --gres=gpu:1"))
            #expect(calls[2].contains("--dependency=afterany:") && calls[2].hasSuffix("/finish.sh"))
            #expect(dry.output.contains("--until generate --shard \"$SLURM_ARRAY_TASK_ID/5\""))
            #expect(dry.output.contains("--shard \"$((SLURM_ARRAY_TASK_ID + 3))/5\""))
            #expect(dry.output.contains("--no-drawing"))
            #expect(try told.isEmpty)
            #expect(try !DurableFile.exists(parts.url("out/runs")) && !DurableFile.exists(parts.url("out/objects")))
        }

        @Test(.timeLimit(.minutes(2))) func whatIsMissingIsSubmittedAgainAndNothingElse() throws {
            let first = try run("submit", "--shards", "5", "--", "--partition=night shift")
            #expect(first.status == 0, "\(first.errors)")
            #expect(first.output.contains("16 of 16 pictures in 5 of 5 shards"))
            let calls = try told
            try #require(calls.count == 3)
            #expect(calls[0].hasPrefix("--parsable --array=0-2 --partition=night shift "))
            #expect(calls[2].contains("--dependency=afterany:1:2"))
            let folder = try #require(
                FileManager.default.contentsOfDirectory(atPath: parts.url("out/runs").path).first)
            let script = try String(
                contentsOf: parts.url("out/runs/\(folder)/slurm/generate-3.sh"), encoding: .utf8)
            #expect(script.hasPrefix("#!/bin/bash\n#SBATCH --job-name=parts-generate\n"))

            // Tasks 0 and 2 of the first array are over, of the second both wait, one of them for ever.
            for index in [0, 2] {
                #expect(try run("run", "--until", "generate", "--shard", "\(index)/5").status == 0)
            }
            try fake(
                "squeue",
                """
                echo '1|0|COMPLETED||None'; echo '1|1|FAILED||NonZeroExitCode'
                echo '2|0|PENDING||Resources'; echo '2|1|PENDING||launch failed requeued held'
                echo '3|N/A|PENDING||Dependency'
                """)
            let status = try run("status")
            #expect(status.output.contains("shards: 2 of 5 complete, 6 of 16 pictures"), "\(status.output)")
            #expect(status.output.contains("shard 1/5: 0 of 3 pictures; task 1_1 is FAILED (NonZeroExitCode)"))
            #expect(status.output.contains("shard 3/5: 0 of 3 pictures; task 2_0 is PENDING (Resources)"))
            #expect(status.output.contains("task 2_1 failed: it will not start (launch failed requeued held)"))
            #expect(status.output.contains("scheduler: 0 shards run, 1 wait, 1 failed to start"))
            #expect(status.output.contains("finish, job 3: is PENDING (Dependency)"))
            let busy = try run("submit")
            #expect(busy.status == 75 && busy.errors.contains("resubmit"), "\(busy.errors)")
            let again = try run("resubmit")
            #expect(again.status == 0 && again.errors.contains("`scancel 2_1`"), "\(again.errors)")
            // Shards 1 and 4, with the options of before; what follows waits for the living array, too.
            let more = Array(try told.dropFirst(3))
            try #require(more.count == 3, "\(more)")
            #expect(more[0].hasPrefix("--parsable --array=1 --partition=night shift "))
            #expect(more[1].hasPrefix("--parsable --array=1 --partition=night shift "))
            #expect(more[2].contains("--dependency=afterany:2:4:5"))

            // No answer isn't an empty queue.
            try fake("squeue", "echo 'slurm_load_jobs error: Unable to contact slurm controller' >&2; exit 1")
            let blind = try run("status")
            #expect(blind.status == 0)
            #expect(blind.output.contains("scheduler: unknown (squeue failed: "), "\(blind.output)")
            #expect(blind.output.contains("shards: 2 of 5 complete"))
            #expect(try run("resubmit").status == 75 && run("submit").status == 75)
            #expect(try told.count == 6)

            // All is there: nothing is submitted.
            try fake("squeue", "exit 0")
            for index in [1, 3, 4] {
                #expect(try run("run", "--until", "generate", "--shard", "\(index)/5").status == 0)
            }
            #expect(try run("run", "--no-drawing").status == 0)
            let over = try run("resubmit")
            #expect(over.status == 0 && over.output.contains("everything is up to date"), "\(over.output)")
            #expect(try run("submit").output.contains("everything is up to date"))
            #expect(try told.count == 6)
        }

        /// A task for each shot count and seed fits and judges, and a last job reports.
        @Test func detectorsAreFittedByAnArray() throws {
            try DurableFile.write("weights", to: parts.url("resnet18.safetensors"))
            func submitted(_ more: String...) throws -> (calls: [String], text: String) {
                let dry = try Program.run(
                    [
                        "submit", parts.url("parts.yaml").path, "--output", parts.url("out").path, "--dry-run",
                        "--shards", "2", "--set", "detectors={patchcore: {}}", "--set",
                        "models={cnn: resnet18.safetensors}",
                    ] + more)
                try #require(dry.status == 0, "\(dry.errors)")
                let lines = dry.output.split(separator: "\n").map(String.init)
                return (lines.filter { $0.hasPrefix("# sbatch") }, dry.output)
            }
            let (calls, text) = try submitted()
            try #require(calls.count == 3, "\(text)")
            #expect(calls[1].contains("--array=0-1 ") && calls[1].hasSuffix("/assess.sh"), "\(calls[1])")
            #expect(calls[1].contains("--dependency=afterany:") && calls[1].contains("<generate>"))
            #expect(calls[2].contains("--dependency=afterany:") && calls[2].contains("<assess>"), "\(calls[2])")
            #expect(text.contains("choices=('--only shots=1 --only seed=3' '--only shots=2 --only seed=3')\n"))
            #expect(text.contains("--no-drawing --until assess --wait 604800 ${choices[$SLURM_ARRAY_TASK_ID]} &"))
            // One shot count is one task's work, which needs no array.
            #expect(try submitted("--only", "shots=2").calls.count == 2)
        }

        @Test func withoutSlurmThereIsOneClearLine() throws {
            try FileManager.default.removeItem(at: parts.url("slurm"))
            try #require(try run("run", "--until", "sample").status == 0)
            let outcome = try Program.run(
                ["submit", parts.url("parts.yaml").path, "--output", parts.url("out").path],
                environment: ["PATH": parts.url("slurm").path])
            #expect(outcome.status == 69 && outcome.errors.contains("sbatch"), "\(outcome.errors)")
        }

        @Test func rangesAndAnswers() {
            #expect(SlurmScript.ranges([]) == "" && SlurmScript.ranges([4]) == "4")
            #expect(SlurmScript.ranges([0, 1, 2, 5, 7, 8]) == "0-2,5,7-8")
            let tasks = Slurm.parsed("12|3|RUNNING|n2|None\n12|4|PENDING||JobHeldUser\n13|N/A|PENDING||a|b\nnonsense\n")
            #expect(tasks.map(\.name) == ["12_3", "12_4", "13"])
            #expect(tasks.map(\.isLive) == [true, false, true] && tasks.map(\.isStuck) == [false, true, false])
            #expect(tasks[2].reason == "a|b")
        }
    }
}
