import Reporting
import StageKit

// The subjects of jobs, as `plan` and `status` print them.
extension SampledModel {
    /// `screw/1shot-s0`
    func subject(_ category: String, prefix: String = "") -> String { "\(prefix)\(category)/\(label)" }

    /// `screw/1shot-s0/vlad`, or `1shot-s0/vlad` where one detector serves all categories.
    func subject(_ category: String?, detector: String) -> String {
        (category.map { "\($0)/" } ?? "") + "\(label)/\(detector)"
    }

    /// The same jobs, marked as this model's, so that `--only` can choose them.
    func marking(_ jobs: [Job]) -> [Job] {
        jobs.map { job in
            var job = job
            job.marks = ["shots": shots, "seed": String(seed)]
            return job
        }
    }

    /// `1shot-s0/mvtec`
    func subject(layout: String) -> String { "\(label)/\(layout)" }
}
