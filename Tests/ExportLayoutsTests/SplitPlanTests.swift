import ExportLayouts
import Testing

@Suite struct SplitPlanTests {
    private func ids(_ name: String, _ count: Int) -> [String] { (0..<count).map { "\(name)/\($0)" } }

    private func candidates(
        sampled: Int = 4, unused: Int = 30, tests: Int = 10, synthetic: [Int] = [10, 10]
    ) -> SplitPlan.Candidates {
        .init(
            category: "nut", sampled: ids("train", sampled), unused: ids("unused", unused),
            normalTests: ids("test", tests), synthetic: synthetic.enumerated().map { ids("kind\($0)", $1) })
    }

    private func wishes(
        _ shares: [Int] = [8, 1, 1], good: Int? = nil, real: Bool = false, seed: Int = 0
    ) -> SplitPlan.Wishes {
        .init(
            shares: [.train: shares[0], .validation: shares[1], .test: shares[2]], goodTests: good,
            takesRealTests: real, seed: seed)
    }

    private func counts(_ parts: [ExportSet.Part?]) -> [Int] {
        ExportSet.Part.allCases.map { part in parts.count { $0 == part } }
    }

    /// All damage is tested on, and as many unused normals.
    @Test func normalTraining() {
        let plan = SplitPlan(.normalTraining, candidates(), wishes())
        #expect(counts(plan.sampled) == [4, 0, 0] && counts(plan.unused) == [0, 0, 20])
        #expect(counts(plan.normalTests) == [0, 0, 0] && plan.synthetic.joined().allSatisfy { $0 == .test })
        #expect(plan.heldBack == 0)
        #expect(counts(SplitPlan(.normalTraining, candidates(), wishes(good: 7)).unused) == [0, 0, 7])
        #expect(counts(SplitPlan(.normalTraining, candidates(), wishes(good: 0)).unused) == [0, 0, 0])
        let real = SplitPlan(.normalTraining, candidates(), wishes(real: true))
        #expect(counts(real.normalTests) == [0, 0, 10] && counts(real.unused) == [0, 0, 20])
    }

    /// Without unused normals the data set's own good tests stand in; without those some of the sample.
    @Test func somethingIsLeftToTestOn() {
        let own = SplitPlan(.normalTraining, candidates(unused: 0), wishes())
        #expect(counts(own.normalTests) == [0, 0, 10] && counts(own.sampled) == [4, 0, 0])
        let held = SplitPlan(.normalTraining, candidates(sampled: 30, unused: 0, tests: 0), wishes())
        #expect(counts(held.sampled) == [24, 0, 6] && held.heldBack == 6)
        let two = SplitPlan(.normalTraining, candidates(sampled: 2, unused: 0, tests: 0), wishes())
        #expect(counts(two.sampled) == [1, 0, 1])
        let one = SplitPlan(.normalTraining, candidates(sampled: 1, unused: 0, tests: 0), wishes())
        #expect(counts(one.sampled) == [1, 0, 0])
        let all = SplitPlan(.normalTraining, candidates(sampled: 3, unused: 0, tests: 0), wishes([0, 0, 1]))
        #expect(counts(all.sampled) == [1, 0, 2])
        let shared = SplitPlan(.shares, candidates(sampled: 30, unused: 0, tests: 0), wishes())
        #expect(counts(shared.sampled) == [26, 2, 2])
    }

    @Test func shares() {
        let plan = SplitPlan(.shares, candidates(), wishes())
        #expect(counts(plan.synthetic[0]) == [8, 1, 1] && counts(plan.synthetic[1]) == [8, 1, 1])
        #expect(counts(plan.unused) == [0, 2, 2] && counts(plan.sampled) == [4, 0, 0])
        // Sums are exact where kinds can't be shared out one by one.
        let small = SplitPlan(.shares, candidates(synthetic: [3, 3, 3, 1]), wishes())
        #expect(counts(Array(small.synthetic.joined())) == [8, 1, 1])
        // The real test split is what is tested on.
        let real = SplitPlan(.shares, candidates(), wishes(real: true))
        #expect(counts(Array(real.synthetic.joined())) == [18, 2, 0] && counts(real.normalTests) == [0, 0, 10])
        let test = SplitPlan(.shares, candidates(), wishes([0, 0, 1]))
        #expect(counts(Array(test.synthetic.joined())) == [0, 0, 20])
    }

    /// The choice depends on seed, category and name, not on what else there is.
    @Test func choicesAreByRank() {
        func chosen(_ plan: SplitPlan, _ ids: [String]) -> Set<String> {
            Set(zip(ids, plan.unused).filter { $1 != nil }.map(\.0))
        }
        let ids = ids("unused", 30)
        let ten = chosen(SplitPlan(.normalTraining, candidates(), wishes(good: 10)), ids)
        let eleven = chosen(SplitPlan(.normalTraining, candidates(), wishes(good: 11)), ids)
        #expect(ten.count == 10 && ten.isSubset(of: eleven))
        #expect(ten != chosen(SplitPlan(.normalTraining, candidates(), wishes(good: 10, seed: 1)), ids))
        var reversed = candidates()
        reversed.unused.reverse()
        #expect(ten == chosen(SplitPlan(.normalTraining, reversed, wishes(good: 10)), ids.reversed()))
    }

    @Test func damageAlone() {
        let plan = SplitPlan(.damageAlone, candidates(), wishes(real: true))
        #expect(counts(plan.sampled) == [0, 0, 0] && counts(plan.unused) == [0, 0, 0])
        #expect(counts(plan.normalTests) == [0, 0, 0] && plan.synthetic.joined().allSatisfy { $0 == .train })
    }
}
