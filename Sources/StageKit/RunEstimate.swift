/// The time left for a whole run, from the speed of what it has done so far.
///
/// Each stage's work is measured in the weights of its jobs. A stage that hasn't begun has a speed only if an earlier run
/// left one; without it the time left is a lower bound. Times are in seconds of any one clock.
package struct RunEstimate: Sendable {
    /// The time left.
    package struct Left: Sendable, Equatable {
        package var seconds: Double
        /// Whether stages whose speed isn't known come on top.
        package var isLeast: Bool
    }

    private struct Running {
        var begun: Double
        /// The share that was there before, and the latest.
        var base: Double?
        var share = 0.0
    }

    private struct Stage {
        /// Of jobs that have not ended.
        var waiting: [JobKey: Double] = [:]
        var running: [JobKey: Running] = [:]
        var doneWeight = 0.0
        var doneSeconds = 0.0
        /// Seconds for a weight of 1, from an earlier run.
        var prior: Double?
    }

    private var stages: [String: Stage] = [:]
    private let atOnce: Int

    /// - Parameters:
    ///   - due: the jobs with their weights, above 0: pictures to be made, or 1.
    ///   - earlier: seconds that each job took in an earlier run.
    ///   - atOnce: how many jobs run side by side.
    package init(due: [(key: JobKey, weight: Double)], earlier: [JobKey: Double] = [:], atOnce: Int = 1) {
        self.atOnce = max(1, atOnce)
        var known: [String: (weight: Double, seconds: Double)] = [:]
        for (key, weight) in due {
            stages[key.stage, default: Stage()].waiting[key] = max(weight, .leastNormalMagnitude)
            guard let seconds = earlier[key] else { continue }
            known[key.stage, default: (0, 0)].weight += weight
            known[key.stage, default: (0, 0)].seconds += seconds
        }
        for (name, sums) in known where sums.weight > 0 { stages[name]?.prior = sums.seconds / sums.weight }
    }

    package mutating func started(_ key: JobKey, at now: Double) {
        guard stages[key.stage]?.waiting[key] != nil else { return }
        stages[key.stage]?.running[key] = Running(begun: now)
    }

    /// - Parameter share: of the job's work that is done, 0...1.
    package mutating func progress(_ key: JobKey, share: Double, at now: Double) {
        guard var running = stages[key.stage]?.running[key], share.isFinite else { return }
        let share = min(1, max(0, share))
        if running.base == nil { running.base = share }
        running.share = max(share, running.base ?? 0)
        stages[key.stage]?.running[key] = running
    }

    /// The job has ended, well or not.
    package mutating func ended(_ key: JobKey, at now: Double) {
        guard let weight = stages[key.stage]?.waiting.removeValue(forKey: key),
            let running = stages[key.stage]?.running.removeValue(forKey: key)
        else { return }
        stages[key.stage]?.doneWeight += weight * (1 - (running.base ?? 0))
        stages[key.stage]?.doneSeconds += now - running.begun
    }

    /// nil: nothing is known yet, or nothing is left.
    package func left(at now: Double) -> Left? {
        var sum = 0.0, isLeast = false, isKnown = false
        for stage in stages.values where !stage.waiting.isEmpty {
            var (weight, seconds, rest) = (stage.doneWeight, stage.doneSeconds, 0.0)
            for (key, whole) in stage.waiting {
                guard let running = stage.running[key] else {
                    rest += whole
                    continue
                }
                rest += whole * (1 - running.share)
                let made = whole * (running.share - (running.base ?? 0))
                // Until it has got somewhere, its time says nothing of its speed.
                if made > 0 { (weight, seconds) = (weight + made, seconds + now - running.begun) }
            }
            guard let rate = weight > 0 ? seconds / weight : stage.prior else {
                isLeast = true
                continue
            }
            isKnown = true
            sum += rest * rate
        }
        return isKnown ? Left(seconds: sum / Double(atOnce), isLeast: isLeast) : nil
    }
}
