/// The jobs of a run in an order in which every input comes before its users.
package struct JobGraph: Sendable {
    package let jobs: [Job]
    private let positions: [JobKey: Int]

    /// - Throws: `Failure` 70 when a key occurs twice, or an input is missing or comes later.
    package init(_ jobs: [Job]) throws(Failure) {
        var positions: [JobKey: Int] = [:]
        for (position, job) in jobs.enumerated() {
            for (role, input) in job.inputs where positions[input] == nil {
                throw Failure(.internalError, "\(job.key) needs \(input) as \(role), which doesn't come before it")
            }
            guard positions.updateValue(position, forKey: job.key) == nil else {
                throw Failure(.internalError, "two jobs are called \(job.key)")
            }
        }
        (self.jobs, self.positions) = (jobs, positions)
    }

    package subscript(key: JobKey) -> Job? { positions[key].map { jobs[$0] } }

    /// Everything `key` is built on, itself included.
    package func closure(of keys: some Sequence<JobKey>) -> Set<JobKey> {
        var seen: Set<JobKey> = []
        var open = Array(keys)
        while let key = open.popLast() {
            guard seen.insert(key).inserted else { continue }
            open += self[key].map { Array($0.inputs.values) } ?? []
        }
        return seen
    }
}
