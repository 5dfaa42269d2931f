import Foundation
import ParameterKit
import StageKit

/// The jobs that a run's shards were submitted as: `Output/runs/<run>/slurm/jobs.json`, beside scripts and logs.
struct Submissions {
    struct Job: Codable, Equatable {
        /// As the scheduler calls it.
        var job: String
        /// `prepare`, `generate` or `finish`.
        var kind: String
        /// First digits of the digest of the work, and how many shards share it out; of arrays alone.
        var work: String?
        var shards: Int?
        /// Added to a task's number it gives the shard's.
        var first: Int?
        /// The options that were handed to sbatch.
        var options: [String]
        /// When it was submitted.
        var time: String
    }

    let folder: URL
    private(set) var jobs: [Job]

    private struct File: Codable { var jobs: [Job] }

    private var file: URL { folder.child("jobs.json") }
    var logs: URL { folder.child("logs") }

    /// - Throws: `Failure` 74 where the file can't be read, 65 where it isn't whole.
    init(_ run: RunFolder) throws(Failure) {
        folder = run.folder.child("slurm")
        jobs = []
        guard try DurableFile.exists(file) else { return }
        let bytes = try DurableFile.read(file)
        guard let known = try? JSONDecoder().decode(File.self, from: bytes) else {
            throw Failure(
                .badData, "isn't whole, so that nobody knows which jobs were submitted", at: file.path,
                remedy: "Remove it once none of them is in the queue.")
        }
        jobs = known.jobs
    }

    mutating func add(_ job: Job) throws {
        jobs.append(job)
        try DurableFile.write(try JSONValue(encoding: File(jobs: jobs)).prettyText, to: file)
    }

    var numbers: [String] { jobs.map(\.job) }

    /// The arrays that share out this work.
    func arrays(of work: ShardWork) -> [Job] { jobs.filter { $0.kind == "generate" && $0.work == Self.key(work) } }

    static func key(_ work: ShardWork) -> String { String(work.digest.prefix(12)) }

    /// What the scheduler knows of each shard of this work, its newest task last.
    func tasks(of work: ShardWork, among tasks: [Slurm.Task]) -> [Int: [Slurm.Task]] {
        var found: [Int: [Slurm.Task]] = [:]
        for array in arrays(of: work) {
            for task in tasks where task.job == array.job {
                if let number = task.number { found[number + (array.first ?? 0), default: []].append(task) }
            }
        }
        return found
    }
}
