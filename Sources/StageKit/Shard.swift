/// One of several shares of a run's pictures: number `index` of `count`, counted from 0.
package struct Shard: Sendable, Equatable, CustomStringConvertible {
    package let index: Int
    package let count: Int

    /// nil unless 0 <= index < count.
    package init?(index: Int, count: Int) {
        guard count > 0, (0..<count).contains(index) else { return nil }
        (self.index, self.count) = (index, count)
    }

    package var description: String { "\(index)/\(count)" }

    /// This shard's share of `total` things in a row; the shares of all shards are all of them.
    package func share(of total: Int) -> Range<Int> {
        // In two steps, so that no product is too large.
        func begin(_ index: Int) -> Int { total / count * index + total % count * index / count }
        return begin(index)..<begin(index + 1)
    }
}

/// A shard as it is asked for: `3/8`, or `auto/8` for the number that a scheduler gave the process.
package struct ShardRequest: Sendable, Equatable {
    /// nil: from the environment.
    package let index: Int?
    /// Never from the environment: a scheduler that runs two tasks again says there are two.
    package let count: Int

    package static let mostShards = 1_000_000

    /// nil where the text isn't one of these.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let count = Int(parts[1]), (1...Self.mostShards).contains(count) else { return nil }
        self.count = count
        if parts[0] == "auto" {
            index = nil
        } else {
            guard let index = Int(parts[0]), (0..<count).contains(index) else { return nil }
            self.index = index
        }
    }

    /// Variables that hold a task's number, and what of it is the first.
    private static let variables = [("SLURM_ARRAY_TASK_ID", 0), ("JOB_COMPLETION_INDEX", 0), ("SGE_TASK_ID", 1)]

    /// - Throws: `Failure` 64 where the environment holds no number, or one beyond the count.
    package func shard(in environment: [String: String]) throws(Failure) -> Shard {
        if let index, let shard = Shard(index: index, count: count) { return shard }
        for (name, first) in Self.variables {
            // Grid Engine sets "undefined" where a job isn't an array.
            guard let text = environment[name], text != "undefined" else { continue }
            guard let number = Int(text), let shard = Shard(index: number - first, count: count) else {
                throw Failure(
                    .usage, "\(name) is \(text), and the shards are \(first) to \(count - 1 + first)",
                    remedy: "Give the array as many tasks as there are shards, or name the shard: --shard 0/\(count)")
            }
            return shard
        }
        throw Failure(
            .usage, "--shard auto/\(count): no scheduler gave this process a number",
            remedy: "Read are \(Self.variables.map(\.0).joined(separator: ", ")). Or name the shard: --shard 0/\(count)"
        )
    }
}
