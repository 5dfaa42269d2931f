/// Jobs that have not begun, handed out in the graph's order as soon as their inputs are settled. The cost of a step
/// doesn't depend on the number of jobs.
struct JobQueue {
    private enum State { case waiting, ready, out }

    private let jobs: [Job]
    private let users: [JobKey: [Int]]
    private let groups: [String: [Int]]
    private var states: [State]
    /// How many inputs of each job are not settled.
    private var open: [Int]
    /// Places of the jobs that can begin, the first of them last.
    private var ready: [Int] = []

    /// - Parameter jobs: every input before its users. An input that isn't among them counts as settled.
    init(_ jobs: [Job]) {
        let keys = Set(jobs.map(\.key))
        var users: [JobKey: [Int]] = [:]
        var groups: [String: [Int]] = [:]
        var open = jobs.map { _ in 0 }
        for (place, job) in jobs.enumerated() {
            for input in Set(job.inputs.values) where keys.contains(input) {
                users[input, default: []].append(place)
                open[place] += 1
            }
            if let group = job.group { groups[group, default: []].append(place) }
        }
        (self.jobs, self.users, self.groups, self.open) = (jobs, users, groups, open)
        states = open.map { $0 == 0 ? .ready : .waiting }
        ready = jobs.indices.filter { open[$0] == 0 }.reversed()
    }

    /// The first job that can begin, with those of its group that can, too.
    mutating func next() -> [Job]? {
        guard let first = ready.last else { return nil }
        let places = jobs[first].group.flatMap { groups[$0] }?.filter { states[$0] == .ready } ?? [first]
        for place in places {
            states[place] = .out
            let index = index(of: place)
            if index < ready.count, ready[index] == place { ready.remove(at: index) }
        }
        return places.map { jobs[$0] }
    }

    /// Takes back jobs that could not begin now.
    mutating func putBack(_ keys: Set<JobKey>) {
        for (place, job) in jobs.enumerated() where keys.contains(job.key) { makeReady(place) }
    }

    /// Marks the job as ended, with whatever outcome; jobs that wait for it may begin.
    mutating func settle(_ key: JobKey) {
        for place in users[key] ?? [] {
            open[place] -= 1
            if open[place] == 0 { makeReady(place) }
        }
    }

    private mutating func makeReady(_ place: Int) {
        states[place] = .ready
        ready.insert(place, at: index(of: place))
    }

    /// The index of a place among the ready ones, or where it would be inserted.
    private func index(of place: Int) -> Int {
        var (low, high) = (0, ready.count)
        while low < high {
            let middle = (low + high) / 2
            if ready[middle] > place { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
