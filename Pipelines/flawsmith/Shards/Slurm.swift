import Foundation
import Glibc
import StageKit

/// Slurm's own commands. What they say is a hint: whether a picture is there is known from its record alone.
package struct Slurm {
    /// A task or a job as the controller knows it.
    package struct Task: Equatable {
        package let job: String
        /// nil: no task of an array.
        package let number: Int?
        package let state: String
        package let reason: String
        package let node: String

        /// It runs or will run.
        package var isLive: Bool { Self.live.contains(state) && !isStuck }
        /// It waits for what will never come, without a person.
        package var isStuck: Bool { state == "PENDING" && Self.stuck.contains { reason.contains($0) } }
        package var name: String { number.map { "\(job)_\($0)" } ?? job }

        private static let live: Set = [
            "PENDING", "RUNNING", "COMPLETING", "CONFIGURING", "SUSPENDED", "REQUEUED", "RESIZING", "SIGNALING",
            "STAGE_OUT", "STOPPED", "REQUEUE_HOLD", "SPECIAL_EXIT", "REQUEUE_FED", "RESV_DEL_HOLD",
        ]
        private static let stuck = [
            "DependencyNeverSatisfied", "launch_failed_requeued_held", "launch failed requeued held", "JobHeldUser",
            "JobHeldAdmin", "job_requeued_in_held_state", "BadConstraints", "PartitionDown", "AccountNotAllowed",
        ]
    }

    /// Longer than a controller that is down is waited for (nine seconds).
    private static let patience = 30.0

    /// - Throws: `Failure` 69 where the program isn't there, 75 where it failed or didn't answer.
    static func call(_ program: String, _ arguments: [String]) throws(Failure) -> String {
        let outcome = try run(program, arguments)
        guard outcome.status == 0 else {
            let said = outcome.errors.split(separator: "\n").last.map(String.init) ?? "exit status \(outcome.status)"
            throw Failure(.busy, "\(program) failed: \(said)")
        }
        return outcome.output
    }

    private static func run(
        _ program: String, _ arguments: [String]
    ) throws(Failure) -> (status: Int32, output: String, errors: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.standardInput = FileHandle.nullDevice
        let output = Pipe(), errors = Pipe()
        (process.standardOutput, process.standardError) = (output, errors)
        do {
            try process.run()
        } catch {
            throw Failure(.unavailable, "\(program) can't be started: \(error.localizedDescription)")
        }
        let deadline = Thread { [number = process.processIdentifier] in
            Thread.sleep(forTimeInterval: patience)
            if !Thread.current.isCancelled { kill(number, SIGTERM) }
        }
        deadline.start()
        // What they write fits into a pipe but for long queues; errors are a line.
        let text = output.fileHandleForReading.readDataToEndOfFile()
        let said = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        deadline.cancel()
        guard process.terminationStatus != 127 || process.terminationReason != .exit else {
            throw Failure(
                .unavailable, "there is no \(program) here", remedy: "Give the command where Slurm's commands are.")
        }
        let status = process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
        return (status, String(decoding: text, as: UTF8.self), String(decoding: said, as: UTF8.self))
    }

    /// The number of the submitted job.
    static func submit(_ arguments: [String]) throws(Failure) -> String {
        let text = try call("sbatch", ["--parsable"] + arguments)
        // <job>, or <job>;<cluster>
        let job = text.split(whereSeparator: { $0.isNewline || $0 == ";" }).first.map(String.init) ?? ""
        guard Int(job) != nil else { throw Failure(.failed, "sbatch gave no job's number: \(text)") }
        return job
    }

    /// What the controller knows of these jobs and their tasks; those that it has forgotten are left out.
    ///
    /// - Throws: as ``call(_:_:)``: no answer is not an empty queue.
    static func tasks(of jobs: [String]) throws(Failure) -> [Task] {
        guard !jobs.isEmpty else { return [] }
        let outcome = try run(
            "squeue", ["-h", "-r", "-t", "all", "-j", jobs.joined(separator: ","), "-o", "%F|%K|%T|%N|%r"])
        if outcome.status != 0 {
            // Of a single job that is over for long; of several it says nothing.
            if outcome.errors.contains("Invalid job id specified") { return [] }
            let said = outcome.errors.split(separator: "\n").last.map(String.init) ?? "exit status \(outcome.status)"
            throw Failure(.busy, "squeue failed: \(said)")
        }
        return parsed(outcome.output)
    }

    /// - Parameter text: lines of job, task, state, node and reason between bars.
    package static func parsed(_ text: String) -> [Task] {
        text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: "|", maxSplits: 4, omittingEmptySubsequences: false).map(String.init)
            guard fields.count == 5 else { return nil }
            return Task(
                job: fields[0].trimmingCharacters(in: .whitespaces), number: Int(fields[1]), state: fields[2],
                reason: fields[4], node: fields[3])
        }
    }

    /// How many tasks an array may have, its numbers being below that.
    static func largestArray() -> Int {
        let text = (try? call("scontrol", ["show", "config"])) ?? ""
        for line in text.split(separator: "\n") where line.hasPrefix("MaxArraySize") {
            if let size = line.split(separator: "=").last.flatMap({ Int($0.trimmingCharacters(in: .whitespaces)) }) {
                return max(1, size)
            }
        }
        return 1001
    }
}
