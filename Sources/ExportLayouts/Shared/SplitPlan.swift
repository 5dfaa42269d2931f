import AnomalyDatasets
import MethodKit

/// Which picture of a category goes into which split.
///
/// Choices are by rank (`ShotChoice.rank`): a number from seed, category and the picture's id that is the same on every
/// machine. Pictures that are added or left out don't reshuffle the others' ranks.
package struct SplitPlan: Sendable {
    package typealias Part = ExportSet.Part

    /// What a manifest asks.
    package struct Wishes: Sendable, Equatable {
        /// Weights of the splits.
        package var shares: [Part: Int]
        /// The most unused normals that are exported; nil: as many as there are pictures of damage outside training.
        package var goodTests: Int?
        /// Whether the data set's own test split goes along.
        package var takesRealTests: Bool
        /// Of the ranks.
        package var seed: Int

        package init(shares: [Part: Int], goodTests: Int?, takesRealTests: Bool, seed: Int) {
            (self.shares, self.goodTests, self.takesRealTests) = (shares, goodTests, takesRealTests)
            self.seed = seed
        }

        package static let standard = Wishes(
            shares: [.train: 8, .validation: 1, .test: 1], goodTests: nil, takesRealTests: false, seed: 0)

        var afterTraining: [Part: Int] { shares.filter { $0.key != .train } }
        func weight(_ part: Part) -> Int { shares[part] ?? 0 }
    }

    /// A category's pictures by their ids.
    package struct Candidates: Sendable {
        package var category: String
        /// The normals of the sample.
        package var sampled: [String]
        /// Normals for training that the sample left.
        package var unused: [String]
        /// Normals of the test split.
        package var normalTests: [String]
        /// Synthetic pictures by kind.
        package var synthetic: [[String]]

        package init(
            category: String, sampled: [String], unused: [String], normalTests: [String], synthetic: [[String]]
        ) {
            (self.category, self.sampled, self.unused) = (category, sampled, unused)
            (self.normalTests, self.synthetic) = (normalTests, synthetic)
        }
    }

    /// In the order of the candidates; nil: left out.
    package private(set) var sampled: [Part?]
    package private(set) var unused: [Part?]
    package private(set) var normalTests: [Part?]
    package private(set) var synthetic: [[Part]]
    /// Normals of the sample that are not for training, since nothing else could be tested on.
    package var heldBack: Int { sampled.count { $0 == .test || $0 == .validation } }

    package init(_ rule: SplitRule, _ candidates: Candidates, _ wishes: Wishes) {
        let ranks = Ranks(category: candidates.category, seed: wishes.seed)
        sampled = candidates.sampled.map { _ in rule == .damageAlone ? nil : .train }
        unused = candidates.unused.map { _ in nil }
        normalTests = candidates.normalTests.map { _ in nil }
        switch rule {
        case .normalTraining: synthetic = candidates.synthetic.map { $0.map { _ in .test } }
        case .damageAlone: synthetic = candidates.synthetic.map { $0.map { _ in .train } }
        case .shares:
            // Real pictures are what is tested on, where they go along.
            var shares = wishes.shares
            if wishes.takesRealTests, wishes.weight(.train) + wishes.weight(.validation) > 0 { shares[.test] = 0 }
            synthetic = ranks.deal(candidates.synthetic, by: shares)
        }
        guard rule != .damageAlone else { return }
        let damage = synthetic.joined().count { $0 != .train }
        let most = max(0, wishes.goodTests ?? max(1, damage))
        let places = rule == .normalTraining ? [Part.test: 1] : wishes.afterTraining
        if most == 0 || !places.values.contains(where: { $0 > 0 }) {
            // Nothing is asked for.
        } else if !candidates.unused.isEmpty {
            unused = ranks.deal(candidates.unused, most: most, by: places)
        } else if !candidates.normalTests.isEmpty {
            normalTests = ranks.deal(candidates.normalTests, most: most, by: places)
        } else {
            // Nothing else is left to test on: of the sample's own normals as many as the shares say, at least one,
            // never all.
            var shares = wishes.shares
            if rule == .normalTraining {
                shares = [.train: wishes.weight(.train), .test: wishes.weight(.validation) + wishes.weight(.test)]
            }
            sampled = ranks.holdBack(candidates.sampled, most: most, by: shares)
        }
        takeRealTests(wishes)
    }

    private mutating func takeRealTests(_ wishes: Wishes) {
        if wishes.takesRealTests { normalTests = normalTests.map { _ in .test } }
    }
}

/// Pictures in the order of their ranks, shared out.
private struct Ranks {
    let category: String
    let seed: Int

    /// Indices of the ids, by ascending rank.
    private func order(_ ids: [String]) -> [Int] {
        let ranked = ids.enumerated().map { index, id in
            (rank: ShotChoice.rank(id, category: category, seed: seed), index: index)
        }
        return ranked.sorted { ($0.rank, $0.index) < ($1.rank, $1.index) }.map(\.index)
    }

    private func counts(_ total: Int, _ shares: [ExportSet.Part: Int]) -> [(ExportSet.Part, Int)] {
        let parts = ExportSet.Part.allCases
        return Array(zip(parts, Apportionment.counts(of: total, among: parts.map { shares[$0] ?? 0 })))
    }

    /// The first `most` by rank, dealt by shares; the others are left out.
    func deal(_ ids: [String], most: Int, by shares: [ExportSet.Part: Int]) -> [ExportSet.Part?] {
        var parts: [ExportSet.Part?] = ids.map { _ in nil }
        var rest = order(ids).prefix(most)[...]
        for (part, count) in counts(rest.count, shares) {
            for index in rest.prefix(count) { parts[index] = part }
            rest = rest.dropFirst(count)
        }
        return parts
    }

    func holdBack(_ ids: [String], most: Int, by shares: [ExportSet.Part: Int]) -> [ExportSet.Part?] {
        guard ids.count > 1 else { return ids.map { _ in .train } }
        let dealt = counts(ids.count, shares)
        let others = dealt.dropFirst().reduce(0) { $0 + $1.1 }
        let held = min(max(1, others), most, ids.count - 1)
        let places = shares.filter { $0.key != .train }
        let chosen = deal(ids, most: held, by: places.values.contains { $0 > 0 } ? places : [.test: 1])
        return chosen.map { $0 ?? .train }
    }

    /// All of several groups, dealt by shares: each group is spread over the splits as evenly as whole pictures allow.
    func deal(_ groups: [[String]], by shares: [ExportSet.Part: Int]) -> [[ExportSet.Part]] {
        struct Place {
            var group: Int, index: Int, position: Int, size: Int
        }
        let places = groups.enumerated().flatMap { group, ids in
            order(ids).enumerated().map { Place(group: group, index: $1, position: $0, size: ids.count) }
        }
        // By (position + 1/2) / size, in whole numbers.
        let sorted = places.sorted { left, right in
            let ahead = (2 * left.position + 1) * right.size, behind = (2 * right.position + 1) * left.size
            return (ahead, left.group, left.position) < (behind, right.group, right.position)
        }
        var parts = groups.map { $0.map { _ in ExportSet.Part.train } }
        var rest = sorted[...]
        for (part, count) in counts(sorted.count, shares) {
            for place in rest.prefix(count) { parts[place.group][place.index] = part }
            rest = rest.dropFirst(count)
        }
        return parts
    }
}
