import StageKit
import Testing

/// The time left for a whole run, on a clock that the test sets.
@Suite struct RunEstimateTests {
    private let draw = JobKey("generate", "nut/1shot-s0"), more = JobKey("generate", "nut/2shot-s0")
    private let fit = JobKey("fit", "1shot-s0")

    private func estimate(earlier: [JobKey: Double] = [:], atOnce: Int = 1) -> RunEstimate {
        RunEstimate(due: [(draw, 10), (more, 30), (fit, 1)], earlier: earlier, atOnce: atOnce)
    }

    private func said(_ left: RunEstimate.Left?) -> String {
        left.map { ($0.isLeast ? "over " : "") + "\($0.seconds)" } ?? "nothing"
    }

    @Test func aStageIsAsFastAsItWas() {
        var estimate = estimate()
        #expect(estimate.left(at: 0) == nil)
        estimate.started(draw, at: 0)
        estimate.progress(draw, share: 0, at: 3)
        #expect(estimate.left(at: 3) == nil)
        estimate.progress(draw, share: 0.5, at: 10)
        // 5 of 40 pictures in 10 s; how long fit takes isn't known.
        #expect(said(estimate.left(at: 10)) == "over 70.0")
        estimate.ended(draw, at: 20)
        #expect(said(estimate.left(at: 20)) == "over 60.0")
        estimate.started(more, at: 20)
        estimate.ended(more, at: 80)
        #expect(estimate.left(at: 80) == nil)
        estimate.started(fit, at: 80)
        estimate.progress(fit, share: 0, at: 80)
        estimate.progress(fit, share: 0.25, at: 90)
        #expect(said(estimate.left(at: 90)) == "30.0")
        estimate.ended(fit, at: 120)
        #expect(estimate.left(at: 120) == nil)
    }

    @Test func whatWasThereBeforeTookNoTime() {
        var estimate = RunEstimate(due: [(draw, 10), (more, 10)])
        estimate.started(draw, at: 0)
        estimate.progress(draw, share: 0.8, at: 1)
        estimate.progress(draw, share: 0.9, at: 10)
        // One picture in 10 s, 1 and 10 to go.
        #expect(abs((estimate.left(at: 10)?.seconds ?? 0) - 110) < 1e-9)
        estimate.ended(draw, at: 20)
        #expect(abs((estimate.left(at: 20)?.seconds ?? 0) - 100) < 1e-9)
    }

    @Test func anEarlierRunsTimesStandInUntilThereAreOwn() {
        var estimate = estimate(earlier: [fit: 50, draw: 20])
        #expect(said(estimate.left(at: 0)) == "130.0")
        estimate.started(draw, at: 0)
        estimate.ended(draw, at: 5)
        #expect(said(estimate.left(at: 5)) == "65.0")
        #expect(self.estimate(earlier: [fit: 50, draw: 20], atOnce: 2).left(at: 0)?.seconds == 65)
    }

    @Test func strangersAndNonsenseChangeNothing() {
        var estimate = estimate(earlier: [fit: 50, draw: 20])
        let stranger = JobKey("generate", "bolt/1shot-s0")
        estimate.started(stranger, at: 0)
        estimate.progress(stranger, share: 0.5, at: 1)
        estimate.ended(stranger, at: 2)
        estimate.progress(draw, share: 0.5, at: 1)  // not begun
        estimate.started(draw, at: 1)
        estimate.progress(draw, share: .nan, at: 2)
        #expect(said(estimate.left(at: 2)) == "130.0")
    }
}
