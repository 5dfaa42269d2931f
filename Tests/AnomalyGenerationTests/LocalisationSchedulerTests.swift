import AnomalyGeneration
import Generators
import Testing

@Suite struct LocalisationSchedulerTests {
    private func scheduler(_ change: (inout CUTSettings) -> Void = { _ in }) -> LocalisationScheduler {
        var settings = CUTSettings()
        change(&settings)
        return LocalisationScheduler(settings: settings, stepCount: 50)
    }

    /// λ = 10, S = 50, T = 200: from 12.5 down to 10.05 at n = n₀.
    @Test func theStepSizeFallsWithTheRemainingSteps() {
        let plain = scheduler()
        #expect(plain.stepSize(step: 0, n: 100, n0: 100) == 12.5)
        #expect(abs(plain.stepSize(step: 49, n: 100, n0: 100) - 10.05) < 1e-12)
        #expect(plain.stepSize(step: 0, n: 25, n0: 100) == 3.125)
        #expect(scheduler { $0.guidance.localisation = false }.stepSize(step: 0, n: 25, n0: 100) == 12.5)
    }

    /// After the first ten steps, while 10 < n < 50.
    @Test func guidanceStopsInsideTheOpenWindow() {
        let plain = scheduler()
        #expect(!plain.stops(step: 9, n: 30))
        #expect(plain.stops(step: 10, n: 30))
        #expect(!plain.stops(step: 10, n: 10) && plain.stops(step: 10, n: 11))
        #expect(plain.stops(step: 10, n: 49) && !plain.stops(step: 10, n: 50))
        #expect(!scheduler { $0.guidance.earlyStop = false }.stops(step: 20, n: 30))
    }

    @Test func thresholdsStandAtTheirPlaces() {
        let plain = scheduler()
        #expect([0, 10, 20].map { plain.threshold(step: $0) } == [0.05, 0.5, 0.8])
        #expect(plain.threshold(step: 1) == nil)
        #expect(scheduler { $0.guidance.places = [0, 0, 1] }.threshold(step: 0) == 0.5)
    }
}
