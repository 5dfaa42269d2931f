import Foundation
import ManifestSections
import MethodKit
import StageKit

/// Hands a run's shards to Slurm: an array, or several where it is too large for one, then an array that exports, fits
/// and judges with a task for each shot count and seed, and a job for the report.
struct Submitter {
    let project: Project
    /// Arguments that every job's command has: the manifest and the options that say what is asked.
    let arguments: [String]
    let mostRunning: Int?
    /// What is asked for of the manifest's sampling.
    let sampling: SamplingSection
    /// For sbatch, after those in the scripts.
    let options: [String]
    /// Prints what would be done, and does nothing.
    let isDry: Bool
    let say: (String) -> Void

    /// - Parameters:
    ///   - shards: the numbers of those to be made, ascending; none: what follows alone.
    ///   - after: jobs that are to be waited for besides, and one that has to end well.
    /// - Throws: what sbatch says; jobs that were submitted before stay.
    func submit(
        _ shards: [Int], of count: Int, work: String?, submissions: inout Submissions, beside: [String] = [],
        after prepare: String? = nil
    ) throws {
        var last = beside
        let size = Slurm.largestArray()
        let chunks = Dictionary(grouping: shards) { $0 / size }.sorted { $0.key < $1.key }
        for (chunk, members) in chunks {
            let first = chunk * size
            var own = ["--array=\(SlurmScript.ranges(members.map { $0 - first }))\(mostRunning.map { "%\($0)" } ?? "")"]
            if let prepare { own += ["--dependency=afterok:\(prepare)", "--kill-on-invalid-dep=yes"] }
            let script = SlurmScript(
                kind: .generate, name: "\(project.manifest.name)-generate",
                arguments: ["run"] + arguments + ["--until", "generate"], shards: (count, first),
                logs: submissions.logs, program: SlurmScript.program)
            last.append(
                try send(script, own, submissions: &submissions) { job in
                    job.work = work
                    (job.shards, job.first) = (count, first)
                })
        }
        func following(_ jobs: [String]) -> [String] {
            jobs.isEmpty ? [] : ["--dependency=afterany:\(jobs.joined(separator: ":"))"]
        }
        func script(_ kind: SlurmScript.Kind, _ more: [String], _ choices: [String] = []) -> SlurmScript {
            SlurmScript(
                kind: kind, name: "\(project.manifest.name)-\(kind.rawValue)",
                arguments: ["run"] + (choices.isEmpty ? arguments : withoutMarks(arguments)) + ["--no-drawing"] + more,
                choices: choices, logs: submissions.logs,
                program: SlurmScript.program)
        }
        let choices = choices
        if (2...size).contains(choices.count), !project.manifest.detectors.isEmpty {
            let own = ["--array=0-\(choices.count - 1)"] + following(last)
            last = [
                try send(
                    script(.assess, ["--until", "assess", "--wait", "\(Self.patience)"], choices), own,
                    submissions: &submissions
                ) { _ in }
            ]
        }
        _ = try send(script(.finish, []), following(last), submissions: &submissions) { _ in }
    }

    /// A week, in seconds: what two tasks need, one makes and the other waits for. A time limit ends a task long
    /// before.
    private static let patience = 604_800

    /// Leaves the choices of shots and seeds out: each task has one of its own, and they add up.
    private func withoutMarks(_ arguments: [String]) -> [String] {
        var kept: [String] = []
        for word in arguments {
            if kept.last == "--only", word.hasPrefix("shots=") || word.hasPrefix("seed=") {
                kept.removeLast()
            } else {
                kept.append(word)
            }
        }
        return kept
    }

    /// A task for each data set that detectors are fitted on.
    private var choices: [String] {
        sampling.shots.flatMap { shots in
            sampling.seeds.map { "--only shots=\(shots) --only seed=\($0)" }
        }
    }

    /// What comes before pictures, as a job of its own.
    func prepare(submissions: inout Submissions) throws -> String {
        let script = SlurmScript(
            kind: .prepare, name: "\(project.manifest.name)-prepare",
            arguments: ["run"] + arguments + ["--until", "sample"], logs: submissions.logs,
            program: SlurmScript.program)
        return try send(script, [], submissions: &submissions) { _ in }
    }

    /// - Parameter own: options that the scripts leave to the command line.
    /// - Returns: the job's number, or in a dry run a name for it.
    private func send(
        _ script: SlurmScript, _ own: [String], submissions: inout Submissions,
        _ describe: (inout Submissions.Job) -> Void
    ) throws -> String {
        let suffix = script.shards.map { $0.first == 0 ? "" : "-\($0.first)" } ?? ""
        let file = submissions.folder.child("\(script.kind.rawValue)\(suffix).sh")
        let command = own + options + [file.path]
        guard !isDry else {
            say("# sbatch --parsable " + command.map(SlurmScript.quoted).joined(separator: " "))
            say(script.text)
            return "<\(script.kind.rawValue)\(suffix)>"
        }
        try DurableFile.makeFolder(submissions.logs)
        try DurableFile.write(script.text, to: file)
        let number = try Slurm.submit(command)
        var job = Submissions.Job(
            job: number, kind: script.kind.rawValue, options: options, time: Journal.timestamp())
        describe(&job)
        try submissions.add(job)
        say("\(script.kind.rawValue): job \(number)\(own.isEmpty ? "" : ", \(own.joined(separator: " "))")")
        return number
    }
}
